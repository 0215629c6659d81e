"""The dashboard of one service: made where the service is made, so that a new one has its own."""

from constructs import Construct
from grafana_foundation_sdk.builders.dashboard import Row

from charts.datasources import DATASOURCES
from charts.environment import Environment
from charts.panels import ASKED, FOLDER, Parts, board, graph, metric, traces
from charts.workload_panels import log_panels, pod_panels, volume_panels
from crema.generators import GrafanaDashboard, GrafanaDashboardSpec, NginxSpec


class ServiceDashboard(GrafanaDashboard):
    """Requests, pods, logs and traces of a service.

    Args:
        name: of the service, its pods' label `app`, their container and, in its traces, its service.name.
        traced: whether it sends traces. routed: whether the ingress leads to it.
        volume: the PersistentVolumeClaim it writes to.

    """

    def __init__(
        self, scope: Construct, name: str, environment: Environment, *, traced: bool = True, routed: bool = True, volume: str = ""
    ) -> None:
        dashboard = board(
            name,
            f"service-{name}",
            *(_requests(name) if traced else ()),
            # Other controllers than nginx export no metrics here that name the route.
            *(_ingress(name) if routed and isinstance(environment.ingress, NginxSpec) else ()),
            *pod_panels(name),
            *(volume_panels(volume) if volume else ()),
            *log_panels(name),
            *(_traces(name) if traced else ()),
        )
        spec = GrafanaDashboardSpec(name=f"{name}-dashboard", dashboard=dashboard, datasources=DATASOURCES, folder=FOLDER)
        super().__init__(scope, "dashboard", spec)


def _requests(name: str) -> Parts:
    """Rate, errors and duration, from the spans that Tempo counts."""
    spans = f'service="{name}", {ASKED}'
    calls = f"traces_spanmetrics_calls_total{{{spans}}}"
    errors = f'traces_spanmetrics_calls_total{{{spans}, status_code="STATUS_CODE_ERROR"}}'
    latency = f"sum by (le) (rate(traces_spanmetrics_latency_bucket{{{spans}}}[$__rate_interval]))"
    # Without a single error there is no series of errors, which is a rate of zero.
    ratio = f"(sum(rate({errors}[$__rate_interval])) or vector(0)) / sum(rate({calls}[$__rate_interval]))"
    quantiles = [metric(f"histogram_quantile({q}, {latency})", f"{q:.0%}", exemplars=q == 0.95) for q in (0.5, 0.95, 0.99)]
    return (
        Row("Requests"),
        graph("Requests by route", "reqps", metric(f"sum by (span_name) (rate({calls}[$__rate_interval]))", "{{span_name}}")),
        graph("Requests that end in an error", "percentunit", metric(ratio, "errors")),
        graph("Duration", "s", *quantiles, description="Points are single traces: click one to open it."),
    )


def _ingress(name: str) -> Parts:
    """What the ingress controller answered, errors included that never reached the service."""
    # Its Ingress has the service's name; which label has its namespace depends on how the controller is scraped.
    requests = f'nginx_ingress_controller_requests{{ingress="{name}"}}'
    latency = f'nginx_ingress_controller_request_duration_seconds_bucket{{ingress="{name}"}}'
    return (
        Row("Ingress"),
        graph("Answers by status", "reqps", metric(f"sum by (status) (rate({requests}[$__rate_interval]))", "{{status}}"), width=12),
        graph(
            "95 % are answered within",
            "s",
            metric(f"histogram_quantile(0.95, sum by (le) (rate({latency}[$__rate_interval])))", "95%"),
            width=12,
        ),
    )


def _traces(name: str) -> Parts:
    service = f'resource.service.name="{name}"'
    return (
        Row("Traces"),
        traces("Requests", f'{{{service} && kind=server && name!~".*/health.*"}}'),
        traces("Errors", f"{{{service} && status=error}}"),
    )
