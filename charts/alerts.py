"""The platform's own alerts; what kube-prometheus-stack brings already is not written again."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from crema.generators import AlertSpec, PrometheusRule, PrometheusRuleSpec, RuleGroupSpec

_POD_RESTART = AlertSpec(
    alert="PodRestart",
    expr='increase(kube_pod_container_status_restarts_total{job="kube-state-metrics"}[10m]) > 0',
    severity="warning",
    summary="{{ $labels.namespace }}/{{ $labels.pod }} was restarted",
    description="Container {{ $labels.container }} died and was started again within the last 10 minutes. Read its previous log.",
)

_POD_NOT_READY = AlertSpec(
    alert="PodNotReady",
    # Pods of finished Jobs are never ready, and nothing is wrong with them.
    expr="""\
max by (namespace, pod) (kube_pod_status_ready{job="kube-state-metrics", condition=~"false|unknown"}) == 1
and on (namespace, pod)
max by (namespace, pod) (kube_pod_status_phase{job="kube-state-metrics", phase=~"Pending|Running|Unknown"}) == 1
""",
    wait="5m",
    severity="critical",
    summary="{{ $labels.namespace }}/{{ $labels.pod }} is not ready",
    description="It has not been ready for 5 minutes: a roll-out failed, or the pod cannot start. Its events say why.",
)

_HTTP_HIGH_ERROR_RATE = AlertSpec(
    alert="HttpHighErrorRate",
    # From the services' traces (Tempo's span metrics), because not every environment has the same ingress controller.
    expr="""\
sum by (service) (rate(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_ERROR"}[5m]))
/
sum by (service) (rate(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER"}[5m]))
> 0.05
""",
    wait="2m",
    severity="critical",
    summary="{{ $labels.service }} fails for {{ $value | humanizePercentage }} of its requests",
    description="More than 5 % of the requests of the last 5 minutes ended in a server error.",
)


class AlertsChart(cdk8s.Chart):
    """Each alert reaches Slack by its severity."""

    def __init__(self, scope: Construct, environment: Environment) -> None:  # noqa: ARG002 - the same everywhere
        super().__init__(scope, "alerts", namespace="monitoring")
        group = RuleGroupSpec(name="platform", rules=(_POD_RESTART, _POD_NOT_READY, _HTTP_HIGH_ERROR_RATE))
        # The label is what kube-prometheus-stack's Prometheus selects rules by.
        labels = {"release": "kube-prometheus-stack"}
        PrometheusRule(self, "platform", PrometheusRuleSpec(name="platform", groups=(group,), labels=labels))
