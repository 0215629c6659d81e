"""The policy delivery-helm-values-are-read."""

from collections.abc import Iterable, Iterator

from crema.policies.contracts.contract import contract_for
from crema.policies.contracts.keys.unread import KeyList, Unread, key_list, unread, unread_path
from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.helm import Release, releases
from crema.policies.model.world import World


def _application(helm: str, chart: str = "kube-prometheus-stack", version: str = "88.5.3") -> str:
    """An Application that installs a chart with these settings."""
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: stack, namespace: argocd}}
        spec:
          destination: {{namespace: monitoring}}
          source:
            chart: {chart}
            targetRevision: {version}
            helm: {{{helm}}}
    """


_WHO = "no template of chart kube-prometheus-stack 88.5.3 reads"


class HelmValuesAreRead(Policy[Release]):
    """Every value that an Application gives to a chart is one that a template of the chart reads.

    Why: Helm drops what no template reads without a word. A misspelt key, or one at the wrong depth, is the commonest way to lose a
    setting: the retention, the default datasource or the limit of memory stays what the chart says.
    Fix: give the key the name and the place at which the chart reads it; take it out if the chart no longer has it.
    Source: https://helm.sh/docs/chart_template_guide/values_files/
    """

    id = "delivery-helm-values-are-read"
    basis = "breaks"
    allowed = (
        Example(
            name="keys of the chart, of a sub-chart and of both, and keys of one's own below an open one",
            manifests=_application(
                "valuesObject: {global: {imageRegistry: r.example.com}, grafana: {grafana.ini: {server: {my_own: x}}, "
                "sidecar: {datasources: {isDefaultDatasource: false}}}, alertmanager: {config: {receivers: [{name: mine}]}}}",
            ),
            closed=True,
        ),
        Example(
            name="a key that values.yaml does not have and a template reads, in the middle of a parameter",
            manifests=_application(
                r'parameters: [{name: configs.params.server\.insecure, value: "true"}, {name: "server.ingress.extraTls[0].hosts[0]", '
                "value: x}]",
                chart="argo-cd",
                version="10.1.1",
            ),
        ),
        Example(
            name="a key of one's own that a text among the values reads",
            manifests=_application(
                "valuesObject: {shop: {name: beans}, extraManifests: ['{kind: ConfigMap, data: {shop: {{ .Values.shop.name }}}}']}",
            ),
        ),
        Example(
            name="a chart whose list is of another version, in somebody's directory",
            manifests=_application("valuesObject: {grafanna: {enabled: false}}", chart="kube-prometheus-stack", version="45.0.0"),
        ),
    )
    denied = (
        Denied(
            name="misspelt, at the wrong depth, below one value, and of the chart's own making",
            manifests=_application(
                "valuesObject: {prometheus: {prometheusSpec: {retentionsize: 10GB}}, grafana: {isDefaultDatasource: false, "
                "replicas: {min: 2}, persistence: {disableWarning: true}}}",
            ),
            at="Application/argocd/stack",
            pointer="/spec/source/helm/valuesObject/prometheus/prometheusSpec/retentionsize",
            message=f"{_WHO} prometheus.prometheusSpec.retentionsize; did you mean prometheus.prometheusSpec.retentionSize?",
            also=(
                Pinned(
                    at="Application/argocd/stack",
                    pointer="/spec/source/helm/valuesObject/grafana/isDefaultDatasource",
                    message=f"{_WHO} grafana.isDefaultDatasource; did you mean grafana.sidecar.datasources.isDefaultDatasource?",
                ),
                Pinned(
                    at="Application/argocd/stack",
                    pointer="/spec/source/helm/valuesObject/grafana/replicas/min",
                    message=f"{_WHO} grafana.replicas.min; grafana.replicas is one value",
                ),
                Pinned(
                    at="Application/argocd/stack",
                    pointer="/spec/source/helm/valuesObject/grafana/persistence/disableWarning",
                    message=f"{_WHO} grafana.persistence.disableWarning; no key there has a name like it",
                ),
            ),
        ),
        Denied(
            name="in values as text, and in a parameter",
            manifests=_application(
                'values: "{loki: {commonConfg: {replication_factor: 1}}}", parameters: [{name: gateway.enable, value: "false"}]',
                chart="loki",
                version="18.11.0",
            ),
            at="Application/argocd/stack",
            pointer="/spec/source/helm/values#/loki/commonConfg",
            message="no template of chart loki 18.11.0 reads loki.commonConfg; did you mean loki.commonConfig?",
            also=(
                Pinned(
                    at="Application/argocd/stack",
                    pointer="/spec/source/helm/parameters/0/value",
                    message="no template of chart loki 18.11.0 reads gateway.enable; did you mean gateway.enabled?",
                ),
            ),
        ),
        Denied(
            name="a chart of which nobody knows what it reads, in a whole environment",
            manifests=_application("valuesObject: {loki: {enabled: true}}", chart="loki-stack", version="2.10.3"),
            closed=True,
            at="Application/argocd/stack",
            pointer="/spec/source/chart",
            message="it is not known which values chart loki-stack reads: there is no list of its keys",
        ),
    )

    def targets(self, world: World) -> Iterable[Release]:
        """Every chart that an Application installs."""
        return releases(world)

    def judge(self, world: World, target: Release) -> Iterator[Outcome]:
        """Each key that no template reads. What the list does not speak of is unchecked."""
        contract, known = contract_for(target.chart), key_list(target.chart)
        if contract is None or not contract.covers(target.version):
            # That a chart or its version is unknown is a finding of telemetry-exactly-one-default-datasource.
            version = target.version or "no version"
            yield self.unchecked(target.manifest, f"which values chart {target.chart} reads is not known for {version}")
            return
        if known is None and not target.values.merged:
            return
        if known is None:
            why = f"it is not known which values chart {target.chart} reads: there is no list of its keys"
            fix = "record its list: python -m tools.charts.keys CHART_DIR"
            yield self.finding(target.source, why, fix=fix) if world.ours else self.unchecked(target.manifest, why)
            return
        for lost in _unread(known, target):
            if "{{" in lost.keys[-1]:
                yield self.unchecked(target.manifest, f"the name of the value {lost.keys[-1]} is only known when it is made")
            else:
                message = f"no template of chart {known.chart} {known.version} reads {lost.name}; {lost.hint}"
                yield self.finding(lost.node, message, hints=(lost.keys[-1],))
        if target.unread:
            yield self.unchecked(target.manifest, f"some values of chart {target.chart} are not known: {target.unread}")


def _unread(known: KeyList, release: Release) -> Iterator[Unread]:
    """Every key that is lost, of the values and of the parameters."""
    if release.values.written is not None:
        yield from unread(known.tree, release.values.written)
    for keys, node in release.values.parameters.items():
        lost = unread_path(known.tree, keys, node)
        if lost is not None:
            yield lost
