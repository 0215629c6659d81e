"""kube-prometheus-stack: what its objects are called. See `kube_prometheus_stack_objects.py`."""

from dataclasses import dataclass
from typing import Any, Final

from crema.policies.contracts.chart import Chart, printed

LONGEST: Final = 26
"""Letters of the full name: names with the longest ending still have to fit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Names:
    """The names of a release. `prometheus`, `alertmanager`: those of the custom resources; `pull`: Secrets for images."""

    full: str
    short: str
    namespace: str
    alerting: str
    grafana: str
    operator: str
    prometheus: str
    alertmanager: str
    common: dict[str, str]
    pull: list[Any]

    @classmethod
    def of(cls, chart: Chart) -> "Names":
        """The names of a chart's objects."""
        if chart.on("fullnameOverride"):
            full = chart.fit(chart.text("fullnameOverride"), LONGEST)
        else:
            name = chart.text("nameOverride") or chart.name
            full = chart.fit(chart.release if name in chart.release else f"{chart.release}-{name}", LONGEST)
        clean, namespace = chart.on("cleanPrometheusOperatorObjectNames"), chart.text("namespaceOverride") or chart.namespace
        short = chart.fit(chart.text("nameOverride") or chart.name, 50)
        labels = {
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/instance": chart.release,
            "app.kubernetes.io/part-of": short,
            "release": chart.release,
            "heritage": "Helm",
        }
        return cls(
            full=full,
            short=short,
            namespace=namespace,
            alerting=chart.text("alertmanager", "namespaceOverride") or namespace,
            grafana=chart.text("grafana", "namespaceOverride") or chart.namespace,
            operator=chart.fit(chart.text("prometheusOperator", "fullnameOverride"), 35) or f"{full}-operator",
            prometheus=full if clean else f"{full}-prometheus",
            alertmanager=full if clean else f"{full}-alertmanager",
            common=labels | chart.texts("commonLabels"),
            pull=[one if isinstance(one, dict) else {"name": printed(one)} for one in chart.items("global", "imagePullSecrets")],
        )

    def labels(self, part: str) -> dict[str, str]:
        """The labels of a part's objects."""
        return {"app": f"{self.short}-{part}" if part else self.short} | self.common
