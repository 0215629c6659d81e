"""The policy telemetry-exactly-one-default-datasource."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.datasources import FIRST_ORGANISATION, Datasource
from crema.policies.model.grafana import Grafana, grafanas, uncontracted
from crema.policies.model.helm import Release
from crema.policies.model.manifest import Ref
from crema.policies.model.world import World

_OURS = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: datasources, namespace: monitoring, labels: {{grafana_datasource: "1"}}}}
    data:
      datasources.yaml: |
        apiVersion: 1
        datasources:
          - {{name: Prometheus, type: prometheus, isDefault: {prometheus}}}
          - {{name: Loki, type: loki, isDefault: {loki}}}
"""
_CHART = """
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: {chart}, namespace: argocd}}
    spec:
      destination: {{namespace: monitoring}}
      source:
        chart: {chart}
        targetRevision: {version}
        helm:
          parameters: [{parameters}]
"""
_STACK = _CHART.format(chart="kube-prometheus-stack", version="88.5.3", parameters="")
_FREED = _CHART.format(
    chart="kube-prometheus-stack",
    version="88.5.3",
    parameters='{name: grafana.sidecar.datasources.isDefaultDatasource, value: "false"}',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A release of which nobody here knows what it brings to a Grafana, and why not."""

    release: Release
    why: str

    def __str__(self) -> str:
        """The release, as reports name it."""
        return str(self.release)


class ExactlyOneDefaultDatasource(Policy[Grafana | Unknown]):
    """Every organisation of a Grafana has exactly one default datasource, counting those that Helm charts bring.

    Why: with two Grafana refuses to start ("Only one datasource per organization can be marked as default"); with none
    every panel and every Explore page that names no datasource has nothing to ask.
    Fix: mark exactly one datasource as the default; switch the chart's own default off where a chart brings one.
    Source: https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
    """

    id = "telemetry-exactly-one-default-datasource"
    basis = "breaks"
    waivable = False
    allowed = (
        Example(name="one of two", manifests=_OURS.format(prometheus="true", loki="false"), closed=True),
        Example(
            name="ours, and a chart whose own default is switched off",
            manifests=_OURS.format(prometheus="true", loki="false") + _FREED,
            closed=True,
        ),
        Example(
            name="another organisation has its own default",
            manifests=_OURS.format(prometheus="true", loki="true, orgId: 2"),
            closed=True,
        ),
        Example(
            name="files of somebody's directory, whose Grafana and default may be elsewhere",
            manifests=_OURS.format(prometheus="false", loki="false"),
        ),
    )
    denied = (
        Denied(
            name="two in one file",
            manifests=_OURS.format(prometheus="true", loki="true"),
            at="ConfigMap/monitoring/datasources",
            pointer="/data/datasources.yaml#/datasources/1/isDefault",
            message="Grafana in namespace monitoring has 2 default datasources for one organisation, Prometheus and Loki; "
            "it refuses to start with more than one",
        ),
        Denied(
            name="ours, and the one that loki-stack brings by itself",
            manifests=_OURS.format(prometheus="true", loki="false") + _CHART.format(chart="loki-stack", version="2.10.3", parameters=""),
            at="Application/argocd/loki-stack",
            pointer="/spec/source/chart",
            message="Grafana in namespace monitoring has 2 default datasources for one organisation, Prometheus and Loki "
            "(brought by chart loki-stack); it refuses to start with more than one",
        ),
        Denied(
            name="none at all",
            manifests=_OURS.format(prometheus="false", loki="false") + _FREED,
            closed=True,
            at="ConfigMap/monitoring/datasources",
            pointer="/data/datasources.yaml#/datasources/0/isDefault",
            message="Grafana in namespace monitoring has no default datasource among Prometheus, Loki and Prometheus "
            "(brought by chart kube-prometheus-stack)",
        ),
        Denied(
            name="no file at all",
            manifests=_FREED.replace("isDefaultDatasource", "defaultDatasourceEnabled"),
            closed=True,
            at="Application/argocd/kube-prometheus-stack",
            pointer="/spec/source/chart",
            message="Grafana in namespace monitoring has no datasource at all: no file here has the label grafana_datasource: 1",
        ),
        Denied(
            name="a file that Grafana cannot read",
            manifests=_OURS.format(prometheus="true", loki="maybe"),
            at="ConfigMap/monitoring/datasources",
            pointer="/data/datasources.yaml#/datasources/1/isDefault",
            message="Grafana in namespace monitoring cannot read /data/datasources.yaml#/datasources/1/isDefault: it is not "
            "true or false, which is all that Grafana takes for a default",
        ),
        Denied(
            name="a chart that nobody knows, in a whole environment",
            manifests=_STACK.replace("88.5.3", "45.0.0"),
            closed=True,
            at="Application/argocd/kube-prometheus-stack",
            pointer="/spec/source/chart",
            message="it is not known which datasources this brings: the contract of chart kube-prometheus-stack covers "
            "88.0.0 up to and without 89.0.0, not 45.0.0",
        ),
    )

    def targets(self, world: World) -> Iterable[Grafana | Unknown]:
        """Every Grafana with its files, and every chart of which nobody knows what it brings."""
        yield from grafanas(world)
        for release, why in uncontracted(world):
            yield Unknown(release=release, why=why)

    def judge(self, world: World, target: Grafana | Unknown) -> Iterator[Outcome]:
        """One default in each organisation, and every file readable."""
        if isinstance(target, Unknown):
            yield self._unknown(world, target)
            return
        for broken in target.broken:
            fix = "write the file as Grafana's provisioning reads it"
            yield self.finding(broken.place, f"{target} cannot read {broken.place.place}: it {broken.why}", fix=fix)
        if world.closed and target.server is not None and not (target.datasources or target.broken):
            fix = "give it a file of datasources, one of them the default: a ConfigMap with the label that its sidecar looks for"
            label = f"{target.server.label}: {target.server.label_value or '(any)'}"
            yield self.finding(target.server.place, f"{target} has no datasource at all: no file here has the label {label}", fix=fix)
        organisations: defaultdict[str, list[Datasource]] = defaultdict(list)
        for datasource in target.datasources:
            organisations[datasource.organisation].append(datasource)
        for organisation, datasources in organisations.items():
            yield from self._organisation(world, target, organisation, datasources)

    def _organisation(self, world: World, grafana: Grafana, organisation: str, datasources: list[Datasource]) -> Iterator[Outcome]:
        where = f"{grafana}" if organisation == FIRST_ORGANISATION else f"{grafana}, organisation {organisation},"
        defaults = sorted((one for one in datasources if one.default), key=_claim)
        if len(defaults) > 1:
            names = _listed(defaults)
            message = f"{where} has {len(defaults)} default datasources for one organisation, {names}; it refuses to start"
            for surplus in defaults[1:]:
                others = [_related(one) for one in defaults if one is not surplus]
                fix = f"keep one default: leave {_named(defaults[0])} the default, and on {_named(surplus)}: {surplus.switch}"
                yield self.finding(surplus.place, f"{message} with more than one", fix=fix, related=others)
        unknown = next((one for one in datasources if one.default is None), None)
        if not defaults and unknown is not None:
            yield self.undecided(unknown.place.manifest, f"whether datasource {unknown.name} is the default in Grafana's environment")
        elif not defaults and (world.closed or _is_here(world, grafana.namespace)):
            first = min(datasources, key=_claim)
            fix = f"mark one as the default: set isDefault to true on {_named(first)}"
            yield self.finding(first.place, f"{where} has no default datasource among {_listed(datasources)}", fix=fix)
        elif not defaults:
            yield self.undecided(datasources[0].place.manifest, f"which datasource is the default of {where}")

    def _unknown(self, world: World, unknown: Unknown) -> Outcome:
        if not world.ours:
            return self.unchecked(unknown.release.manifest, unknown.why)
        fix = "install a chart version that policies/contracts/ describes, or describe this one there"
        message = f"it is not known which datasources this brings: {unknown.why}"
        return self.finding(unknown.release.source, message, fix=fix)


def _is_here(world: World, namespace: str) -> bool:
    """Whether a namespace is made by this world, which then would hold its default too."""
    return world.get(Ref(group="", kind="Namespace", namespace="", name=namespace)) is not None


def _claim(datasource: Datasource) -> tuple[bool, bool]:
    """Who stays the default: Prometheus before others, what was written before what a chart brings by itself."""
    return (datasource.type != "prometheus", bool(datasource.brought_by))


def _named(datasource: Datasource) -> str:
    chart = f" (brought by chart {datasource.brought_by})" if datasource.brought_by else ""
    return f"{datasource.name}{chart}"


def _listed(datasources: list[Datasource]) -> str:
    names = [_named(one) for one in datasources]
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _related(datasource: Datasource) -> Related:
    place = datasource.place
    return Related(manifest=place.manifest, pointer=place.pointer, inner=place.inner or "", note="also default")
