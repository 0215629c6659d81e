"""The platform's own alerts, a file a subject with their tests beside them.

What kube-prometheus-stack brings already is not written again; its alerts that say the same as one of these are switched off there.
"""

from dataclasses import replace

import cdk8s
from constructs import Construct

from charts.alerts.application import APPLICATION_DEGRADED, APPLICATION_OUT_OF_SYNC
from charts.alerts.backup_not_run import BACKUP_NOT_RUN
from charts.alerts.external_secret_not_ready import EXTERNAL_SECRET_NOT_READY
from charts.alerts.http_high_error_rate import HTTP_HIGH_ERROR_RATE
from charts.alerts.image_pull_failed import IMAGE_PULL_FAILED
from charts.alerts.ingress_high_error_rate import ingress_high_error_rate
from charts.alerts.logs_not_arriving import LOGS_NOT_ARRIVING
from charts.alerts.pod_not_ready import POD_NOT_READY
from charts.alerts.pod_restart import POD_RESTART
from charts.alerts.scrape_target_missing import scrape_target_missing
from charts.alerts.span_metrics_missing import SPAN_METRICS_MISSING
from charts.alerts.traces_not_arriving import TRACES_NOT_ARRIVING
from charts.environment import Environment
from crema.generators import AlertSpec, PrometheusRule, PrometheusRuleSpec, RuleGroupSpec


def rules(environment: Environment) -> PrometheusRuleSpec:
    """All alerts of an environment, each with its runbook."""
    ingress = ingress_high_error_rate(environment.ingress)
    groups = {
        "services": (POD_RESTART, POD_NOT_READY, IMAGE_PULL_FAILED, HTTP_HIGH_ERROR_RATE, *((ingress,) if ingress else ())),
        "delivery": (APPLICATION_OUT_OF_SYNC, APPLICATION_DEGRADED, EXTERNAL_SECRET_NOT_READY),
        "data": (BACKUP_NOT_RUN,),
        "telemetry": (LOGS_NOT_ARRIVING, TRACES_NOT_ARRIVING, SPAN_METRICS_MISSING, scrape_target_missing(environment.ingress)),
    }
    return PrometheusRuleSpec(
        name="platform",
        # What the Prometheus of kube-prometheus-stack selects rules by, unless told to take all.
        labels={"release": "kube-prometheus-stack"},
        groups=tuple(
            RuleGroupSpec(name=name, rules=tuple(replace(alert, runbook_url=_runbook(environment, alert)) for alert in alerts))
            for name, alerts in groups.items()
        ),
    )


def _runbook(environment: Environment, alert: AlertSpec) -> str:
    return f"{environment.repository}/blob/{environment.revision}/docs/runbooks/{alert.alert}.md"


class AlertsChart(cdk8s.Chart):
    """Each alert reaches Slack by its severity."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "alerts", namespace="monitoring")
        PrometheusRule(self, "platform", rules(environment))
