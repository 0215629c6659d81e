"""Each alert reaches whom it is for, and reads well there."""

from typing import Any

import pytest
import yaml

from charts.alertmanager import REPLACED_ALERTS, SLACK, config
from charts.environment import Environment
from charts.environments import EKS, ENVIRONMENTS, LOCAL
from crema.generators import SlackReceiverSpec
from crema.policies.contracts.kube_prometheus_stack_alerts import ALERTMANAGER, ALERTS
from tests.alerts.environments import ALL, alerts
from tests.alerts.merge import merged
from tests.alerts.messages import firing, rendered, resolved
from tests.alerts.test_amtool import amtool, routed
from tests.external import ROOT

_TOLD = {"critical": ("slack",), "warning": ("slack",), "info": ("null",), "none": ("null",)}
_BOTH = [(name, severity) for name, severities in ALERTS.items() for severity in severities]
_OURS = sorted({(alert.alert, alert.severity) for environment in ALL for alert in alerts(environment)})


def _slack(environment: Environment) -> SlackReceiverSpec:
    (receiver,) = [r for r in config(environment).receivers if isinstance(r, SlackReceiverSpec)]
    return receiver


def _values(environment: Environment) -> dict[str, Any]:
    path = ROOT / "dist" / environment.name / "_root" / "application-kube-prometheus-stack.yaml"
    values: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]["source"]["helm"]["valuesObject"]
    return values


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda e: e.name)
def test_the_chart_is_given_this_configuration_and_the_secret_it_reads(environment: Environment) -> None:
    """The name of the Secret stands in two places and its key in one, and only a file that is mounted can be read."""
    assert config(environment).mistakes() == ()
    given = _values(environment)["alertmanager"]
    assert given["config"] == config(environment).config()
    assert _slack(environment).api_url_file == f"/etc/alertmanager/secrets/{SLACK}/url"
    assert SLACK in given["alertmanagerSpec"]["secrets"]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda e: e.name)
def test_what_is_switched_off_is_an_alert_of_the_chart(environment: Environment) -> None:
    """A name that the chart does not know switches nothing off; none of ours has the name of one that stays."""
    assert _values(environment)["defaultRules"]["disabled"] == dict.fromkeys(REPLACED_ALERTS, True)
    assert set(REPLACED_ALERTS) <= set(ALERTS)
    assert {name for name, _ in _OURS} & set(ALERTS) == set()


@pytest.mark.engine
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda e: e.name)
def test_alertmanager_takes_what_the_chart_makes_of_it(environment: Environment) -> None:
    """Merged over the chart's defaults, without a warning."""
    done = amtool(merged(ALERTMANAGER, config(environment).config()), "check-config", "FILE")
    assert (done.status, done.stderr) == (0, ""), done.stdout + done.stderr
    assert " - 2 receivers" in done.stdout


@pytest.mark.engine
@pytest.mark.parametrize(("name", "severity"), [*_OURS, *(pair for pair in _BOTH if pair[0] not in REPLACED_ALERTS)])
def test_every_alert_reaches_whom_it_is_for(name: str, severity: str) -> None:
    """Ours and the chart's: critical and warning reach Slack, information and Watchdog nobody."""
    labels = {"alertname": name, "severity": severity, "namespace": "shop"}
    assert routed(merged(ALERTMANAGER, config(LOCAL).config()), labels) == _TOLD[severity]


def test_an_alert_of_any_other_severity_reaches_nobody_and_watchdog_nobody_in_any() -> None:
    """What the policy about severities is for."""
    assert config(LOCAL).route.reaches({"alertname": "A", "severity": "page"}) == ("null",)
    assert config(LOCAL).route.reaches({"alertname": "A"}) == ("null",)
    assert config(LOCAL).route.reaches({"alertname": "Watchdog", "severity": "critical"}) == ("null",)


_ORDER = firing("PodNotReady", "critical", "shop/order-1 is not ready", "It takes <no> requests.", namespace="shop", pod="order-1")
_BILLING = firing(
    "PodNotReady", "critical", "shop/billing-1 is not ready", "It takes no requests & waits.", namespace="shop", pod="billing-1"
)
_WARNING = firing("TargetDown", "warning", "One or more targets are unreachable.", "50% of the targets are down.")
_BARE = {"status": "firing", "labels": {"alertname": "A", "severity": "warning"}, "annotations": {}}


@pytest.mark.engine
@pytest.mark.parametrize(
    ("group", "title", "color", "text"),
    [
        (
            [_ORDER],
            "CRITICAL: PodNotReady in shop (local)",
            "danger",
            """\
*shop/order-1 is not ready*
It takes &lt;no&gt; requests.
<https://git/docs/runbooks/PodNotReady.md|What to do>
""",
        ),
        (
            [_ORDER, _BILLING],
            "CRITICAL: PodNotReady in shop (local), 2 firing, 0 resolved",
            "danger",
            """\
*shop/order-1 is not ready*
It takes &lt;no&gt; requests.
<https://git/docs/runbooks/PodNotReady.md|What to do>
*shop/billing-1 is not ready*
It takes no requests &amp; waits.
<https://git/docs/runbooks/PodNotReady.md|What to do>
""",
        ),
        (
            [_ORDER, resolved(_BILLING)],
            "CRITICAL: PodNotReady in shop (local), 1 firing, 1 resolved",
            "danger",
            """\
*shop/order-1 is not ready*
It takes &lt;no&gt; requests.
<https://git/docs/runbooks/PodNotReady.md|What to do>
Over: shop/billing-1 is not ready
""",
        ),
        ([resolved(_ORDER)], "RESOLVED: PodNotReady in shop (local)", "good", "Over: shop/order-1 is not ready\n"),
        (
            [resolved(_ORDER), resolved(_BILLING)],
            "RESOLVED: PodNotReady in shop (local), 0 firing, 2 resolved",
            "good",
            "Over: shop/order-1 is not ready\nOver: shop/billing-1 is not ready\n",
        ),
        (
            [_WARNING],
            "WARNING: TargetDown (local)",
            "warning",
            """\
*One or more targets are unreachable.*
50% of the targets are down.
<https://git/docs/runbooks/TargetDown.md|What to do>
""",
        ),
        ([_BARE], "WARNING: A (local)", "warning", "*A*\n\n"),
    ],
)
def test_a_message_reads_well(group: list[dict[str, Any]], title: str, color: str, text: str) -> None:
    """One alert, several, some over, all over, without a namespace, without texts; nothing that Slack would take for its own marks."""
    slack = _slack(LOCAL)
    assert rendered(slack.title, *group) == title
    assert rendered(slack.fallback, *group) == title
    assert rendered(slack.color, *group) == color
    assert rendered(slack.text, *group).rstrip("\n") == text.rstrip("\n")


@pytest.mark.engine
def test_a_message_names_its_environment_and_leads_to_the_runbook() -> None:
    """Two environments may write into one channel; a group without one runbook has no link, which Slack takes for none."""
    slack = _slack(EKS)
    assert rendered(slack.title, _ORDER) == "CRITICAL: PodNotReady in shop (eks)"
    assert rendered(slack.title_link, _ORDER, _BILLING) == "https://git/docs/runbooks/PodNotReady.md"
    assert rendered(slack.title_link, _ORDER, _WARNING) == ""
    assert slack.send_resolved
    assert slack.channel == "#sre_monitoring"


def _silenced(source: dict[str, str], target: dict[str, str]) -> bool:
    return any(rule.silences(source, target) for rule in config(LOCAL).inhibit)


_DISK = {"alertname": "NodeFilesystemAlmostOutOfSpace", "namespace": "monitoring", "instance": "10.0.0.1:9100", "mountpoint": "/"}
_POD = {"namespace": "shop", "pod": "order-1"}


# A source, a target, and whether the one silences the other.
PAIRS: list[tuple[dict[str, str], dict[str, str], bool]] = [
    ({**_DISK, "severity": "critical"}, {**_DISK, "severity": "warning"}, True),
    ({**_DISK, "severity": "critical"}, {**_DISK, "severity": "warning", "instance": "10.0.0.2:9100"}, False),
    ({**_DISK, "severity": "critical"}, {**_DISK, "severity": "warning", "mountpoint": "/data"}, False),
    ({**_DISK, "severity": "critical"}, {**_DISK, "severity": "warning", "alertname": "NodeClockSkewDetected"}, False),
    ({**_DISK, "severity": "critical"}, {**_DISK, "severity": "critical"}, False),
    ({**_DISK, "severity": "warning"}, {**_DISK, "severity": "critical"}, False),
    ({**_POD, "alertname": "PodNotReady", "severity": "critical"}, {**_POD, "alertname": "PodRestart", "severity": "warning"}, True),
    (
        {**_POD, "alertname": "PodNotReady", "severity": "critical"},
        {**_POD, "alertname": "ImagePullFailed", "severity": "warning", "pod": "order-2"},
        False,
    ),
    ({**_POD, "alertname": "PodNotReady", "severity": "critical"}, {**_POD, "alertname": "BackupNotRun", "severity": "warning"}, False),
    (
        {"alertname": "HttpHighErrorRate", "severity": "critical", "service": "order"},
        {"alertname": "IngressHighErrorRate", "severity": "critical", "service": "order"},
        True,
    ),
    (
        {"alertname": "HttpHighErrorRate", "severity": "critical", "service": "order"},
        {"alertname": "IngressHighErrorRate", "severity": "critical", "service": "billing"},
        False,
    ),
    (
        {"alertname": "InfoInhibitor", "severity": "none", "namespace": "shop"},
        {"alertname": "CPUThrottlingHigh", "severity": "info", "namespace": "shop"},
        True,
    ),
    ({"alertname": "Watchdog", "severity": "none"}, {"alertname": "InfoInhibitor", "severity": "none"}, True),
    ({"alertname": "Watchdog", "severity": "none"}, {"alertname": "TargetDown", "severity": "warning"}, False),
]


@pytest.mark.parametrize(("source", "target", "silenced"), PAIRS)
def test_the_lesser_alert_about_one_thing_is_silent_and_no_other(source: dict[str, str], target: dict[str, str], *, silenced: bool) -> None:
    """A label that both lack counts as equal, so the labels that name the thing have to be among those compared."""
    assert _silenced(source, target) is silenced
