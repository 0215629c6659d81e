"""Who is told of which alert: a part of the values of kube-prometheus-stack.

Critical alerts and warnings go to one channel of Slack, also when they are over; everything else goes nowhere.
"""

from charts.environment import Environment
from crema.generators import AlertmanagerConfigSpec, InhibitSpec, MatcherSpec, NullReceiverSpec, RouteSpec, SlackReceiverSpec

# The Secret with the address that posts to Slack, under the key `url`. The operator mounts it below /etc/alertmanager/secrets/.
SLACK = "alertmanager-slack-creds"

# Alerts of kube-prometheus-stack that say the same as one of ours, only later: PodNotReady says both.
REPLACED_ALERTS = ("KubePodNotReady", "KubeContainerWaiting")

# Labels that name what an alert is about, in all alerts that have more than one severity. Without them a full disk of one node would
# silence the warning about another's.
_SUBJECT = ("namespace", "job", "service", "instance", "node", "device", "mountpoint", "persistentvolumeclaim", "integration")


def _escaped(value: str) -> str:
    """Slack takes these three characters for its own marks: https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return f'{{{{ {value} | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}}}'


# An alert of somebody else may have no summary.
_SUMMARY = _escaped("(or .Annotations.summary .Labels.alertname)")


def _slack(environment: Environment) -> SlackReceiverSpec:
    alert = f"""\
*{_SUMMARY}*
{_escaped(".Annotations.description")}{{{{ with .Annotations.runbook_url }}}}
<{{{{ . }}}}|What to do>{{{{ end }}}}
"""
    # Alerts of one group have one name and one severity; some may be over while others go on.
    title = (
        '{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}RESOLVED{{ end }}: {{ .CommonLabels.alertname }}'
        "{{ with .CommonLabels.namespace }} in {{ . }}{{ end }}"
        f" ({environment.name})"
        "{{ if gt (len .Alerts) 1 }}, {{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} resolved{{ end }}"
    )
    return SlackReceiverSpec(
        name="slack",
        channel="#sre_monitoring",
        api_url_file=f"/etc/alertmanager/secrets/{SLACK}/url",
        title=title,
        title_link="{{ .CommonAnnotations.runbook_url }}",
        text=f"{{{{ range .Alerts.Firing }}}}{alert}{{{{ end }}}}{{{{ range .Alerts.Resolved }}}}Over: {_SUMMARY}\n{{{{ end }}}}",
        fallback=title,
        color='{{ if ne .Status "firing" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}',
    )


def _is(label: str, *values: str) -> MatcherSpec:
    """The label has this value, or one of these."""
    return MatcherSpec(label=label, value="|".join(values), sign="=" if len(values) == 1 else "=~")


def config(environment: Environment) -> AlertmanagerConfigSpec:
    """The whole configuration of an environment."""
    return AlertmanagerConfigSpec(
        receivers=(NullReceiverSpec(), _slack(environment)),
        route=RouteSpec(
            receiver="null",
            group_by=("alertname", "namespace"),
            group_wait="30s",
            group_interval="5m",
            repeat_interval="12h",
            routes=(
                # It fires always, to show that alerts arrive; nobody outside listens for it.
                RouteSpec(matchers=(_is("alertname", "Watchdog"),), receiver="null"),
                RouteSpec(matchers=(_is("severity", "critical"),), receiver="slack", repeat_interval="4h"),
                RouteSpec(matchers=(_is("severity", "warning"),), receiver="slack", repeat_interval="1d"),
            ),
        ),
        inhibit=(
            # The lesser alert of one name about one thing.
            InhibitSpec(
                sources=(_is("severity", "critical"),), targets=(_is("severity", "warning", "info"),), equal=("alertname", *_SUBJECT)
            ),
            InhibitSpec(sources=(_is("severity", "warning"),), targets=(_is("severity", "info"),), equal=("alertname", *_SUBJECT)),
            # What else is the matter with a pod that is down is why it is down.
            InhibitSpec(
                sources=(_is("alertname", "PodNotReady"),),
                targets=(_is("alertname", "PodRestart", "ImagePullFailed", "KubePodCrashLooping"),),
                equal=("namespace", "pod"),
            ),
            # A service that says itself that it fails, seen from the ingress.
            InhibitSpec(
                sources=(_is("alertname", "HttpHighErrorRate"),), targets=(_is("alertname", "IngressHighErrorRate"),), equal=("service",)
            ),
            # As in the chart: information counts only beside another alert of its namespace, and the alert that sees to that is for nobody.
            InhibitSpec(sources=(_is("alertname", "InfoInhibitor"),), targets=(_is("severity", "info"),), equal=("namespace",)),
            InhibitSpec(targets=(_is("alertname", "InfoInhibitor"),)),
        ),
    )
