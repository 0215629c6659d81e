"""Panels as this platform draws them: each asks one datasource. Built with grafana-foundation-sdk."""

from grafana_foundation_sdk.builders import common, dashboard, logs, loki, prometheus, stat, table, tempo, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import BigValueColorMode, BigValueGraphMode, LogsSortOrder
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    Panel,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from charts.datasources import LOKI, PROMETHEUS, TEMPO
from crema.generators import DatasourceSpec

Parts = tuple[dashboard.Row | Builder[Panel], ...]
FOLDER = "Coffee"
DISK_OF_KIND = "Kind's volumes are directories of the node, of which the kubelet reports nothing: there, watch the node's disk."
# Requests that people make, among a service's spans: the kubelet's probes are far more, and quick.
ASKED = 'span_kind="SPAN_KIND_SERVER", span_name!~".*/health"'
_TAG = "coffee"
_HEIGHT = 8


def _ref(datasource: DatasourceSpec) -> DataSourceRef:
    return DataSourceRef(type_val=datasource.type, uid=datasource.uid)


def board(title: str, uid: str, *parts: dashboard.Row | Builder[Panel]) -> Dashboard:
    """A dashboard of rows and panels from left to right, which leads to every other of the platform, new ones included."""
    others = dashboard.DashboardLink("Coffee").type(DashboardLinkType.DASHBOARDS).tags([_TAG]).as_dropdown(True).keep_time(True)
    made = dashboard.Dashboard(title).uid(uid).tags([_TAG]).link(others).readonly().time("now-1h", "now").refresh("1m")
    for part in parts:
        made = made.with_row(part) if isinstance(part, dashboard.Row) else made.with_panel(part)
    return made.build()


def metric(expr: str, legend: str = "", *, exemplars: bool = False) -> prometheus.Dataquery:
    """PromQL over the time of the dashboard; with exemplars, single traces are points in the graph."""
    return prometheus.Dataquery().expr(expr).legend_format(legend or "__auto").range().exemplar(exemplars).datasource(_ref(PROMETHEUS))


def log_metric(expr: str, legend: str) -> loki.Dataquery:
    """LogQL that counts lines."""
    return loki.Dataquery().expr(expr).legend_format(legend).query_type("range").datasource(_ref(LOKI))


def graph(
    title: str, unit: str, *queries: prometheus.Dataquery | loki.Dataquery, width: int = 8, description: str = "", link: str = ""
) -> timeseries.Panel:
    """Lines over time, from zero; `link` is where a click on a line leads."""
    source = LOKI if isinstance(queries[0], loki.Dataquery) else PROMETHEUS
    panel = timeseries.Panel().title(title).unit(unit).min(0).datasource(_ref(source)).span(width).height(_HEIGHT)
    panel.fill_opacity(10).description(description)
    if link:
        panel.data_links([dashboard.DashboardLink("Open its dashboard").url(link)])
    for query in queries:
        panel.with_target(query)
    return panel


def number(title: str, expr: str, *, unit: str = "short", red_from: float, width: int = 4, description: str = "") -> stat.Panel:
    """The newest value, red from `red_from` on."""
    steps = [Threshold(color="green"), Threshold(color="red", value=red_from)]
    panel = stat.Panel().title(title).unit(unit).datasource(_ref(PROMETHEUS)).span(width).height(_HEIGHT).description(description)
    panel.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    panel.color_mode(BigValueColorMode.BACKGROUND).graph_mode(BigValueGraphMode.AREA)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return panel.with_target(metric(expr))


def listing(title: str, expr: str, *columns: str, width: int = 12) -> table.Panel:
    """What there is now, one line a series, with these labels as columns."""
    query = prometheus.Dataquery().expr(expr).instant().format(PromQueryFormat.TABLE).datasource(_ref(PROMETHEUS))
    keep = DataTransformerConfig(id_val="filterFieldsByName", options={"include": {"names": list(columns)}})
    panel = table.Panel().title(title).datasource(_ref(PROMETHEUS)).span(width).height(_HEIGHT)
    return panel.with_target(query).with_transformation(keep)


def log_lines(title: str, expr: str) -> logs.Panel:
    """Lines, newest first, each with its labels and its trace to open."""
    panel = logs.Panel().title(title).datasource(_ref(LOKI)).span(24).height(12)
    panel.show_time(True).wrap_log_message(True).enable_log_details(True).sort_order(LogsSortOrder.DESCENDING)
    return panel.with_target(loki.Dataquery().expr(expr).query_type("range").datasource(_ref(LOKI)))


def traces(title: str, query: str, *, width: int = 12) -> table.Panel:
    """Traces that TraceQL finds, to open by their id."""
    panel = table.Panel().title(title).datasource(_ref(TEMPO)).span(width).height(_HEIGHT)
    return panel.with_target(tempo.TempoQuery().query(query).query_type("traceql").limit(20).datasource(_ref(TEMPO)))
