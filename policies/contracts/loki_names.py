"""loki: what its objects are called. See `loki.py`."""

from dataclasses import dataclass

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Names:
    """The names of a release."""

    full: str
    short: str
    namespace: str
    common: dict[str, str]
    more: dict[str, str]

    @classmethod
    def of(cls, chart: Chart) -> "Names":
        """The names of a chart's objects."""
        return cls(
            full=chart.fullname,
            short=chart.short,
            namespace=chart.text("namespaceOverride") or chart.namespace,
            common={"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release},
            more=chart.texts("commonLabels"),
        )

    def selector(self, component: str = "") -> dict[str, str]:
        """What selects the pods of a component."""
        return self.common | ({"app.kubernetes.io/component": component} if component else {})

    def labels(self, component: str = "") -> dict[str, str]:
        """The labels of a component's objects."""
        return self.selector(component) | self.more

    def account(self, chart: Chart, component: str = "") -> str:
        """The ServiceAccount of a component: its own, or the one of the release."""
        if component and chart.on(component, "serviceAccount", "name"):
            return chart.text(component, "serviceAccount", "name")
        if component and chart.on(component, "serviceAccount", "create"):
            return chart.fit(f"{self.full}-{_KEBAB.get(component, component)}")
        return chart.text("serviceAccount", "name") or (self.full if chart.on("serviceAccount", "create") else "default")

    def configuration(self, chart: Chart, key: str) -> str:
        """The object with the configuration."""
        return printed(chart.filled(chart.at("loki", key)))

    def scheduled(self, chart: Chart, *keys: str) -> Body:
        """Where pods may go: the first place that says something has the word."""
        places = (keys, ("defaults",), ("loki",))
        own = run.scheduled(chart, *keys)
        found = {key: value for place in reversed(places) for key, value in run.scheduled(chart, *place).items() if key != "affinity"}
        priority = chart.text("global", "priorityClassName")
        return to.written(affinity=chart.filled(own.get("affinity")), **({"priorityClassName": priority} | found))


_KEBAB = {"lokiCanary": "canary"}
