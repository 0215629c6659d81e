"""kube-prometheus-stack: brings Prometheus, Alertmanager and Grafana, and a default datasource by itself.

Established by rendering charts 88.0.0 to 88.5.3.
Source: https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/templates/grafana/configmaps-datasources.yaml
"""

from crema.policies.contracts import kube_prometheus_stack_objects as objects
from crema.policies.contracts import sidecar
from crema.policies.contracts.contract import Contract, GrafanaPart
from crema.policies.model.datasources import (
    FIRST_ORGANISATION,
    Datasource,
    ProvisioningFile,
    read_file,
    read_list,
)
from crema.policies.model.helm import Release

_SIDECAR = ("grafana", "sidecar", "datasources")
_IS_DEFAULT = (*_SIDECAR, "isDefaultDatasource")


def _grafana(release: Release) -> GrafanaPart:
    values = release.values
    installed = values.true(True, "grafana", "enabled")
    servers = (sidecar.server(release, "grafana", enabled=True, label_value="1"),) if installed else ()
    rendered = (installed and values.true(True, *_SIDECAR, "enabled")) or values.true(False, "grafana", "forceDeployDatasources")
    return GrafanaPart(files=_files(release) if rendered else (), servers=servers)


def _files(release: Release) -> tuple[ProvisioningFile, ...]:
    """The ConfigMap `<fullname>-grafana-datasource`: the chart's own datasources, then the additional ones."""
    label, value = sidecar.labels(release, "grafana", label_value="1")
    carried = {label: value}
    own = ProvisioningFile(namespace=release.namespace, labels=carried, top=release.source, datasources=tuple(_own(release)))
    listed = release.values.node("grafana", "additionalDataSources")
    text = release.values.node("grafana", "additionalDataSourcesString")
    more = () if listed is None else (read_list(listed, listed, release.namespace, carried),)
    texts = () if text is None or "{{" in str(text.value) else (read_file(text, release.namespace, carried),)
    return (own, *more, *texts)


def _own(release: Release) -> list[Datasource]:
    """Prometheus, the default unless switched off. Alertmanager never is one. Without the block there is neither."""
    values = release.values
    if not values.true(True, *_SIDECAR, "defaultDatasourceEnabled"):
        return []
    return [
        Datasource(
            name=str(values.get("Prometheus", *_SIDECAR, "name")),
            type="prometheus",
            organisation=FIRST_ORGANISATION,
            default=sidecar.is_default(release, True, *_IS_DEFAULT),
            place=values.place(release.source, *_IS_DEFAULT),
            switch="set grafana.sidecar.datasources.isDefaultDatasource: false in its values",
            brought_by=release.chart,
        )
    ]


CONTRACT = Contract(
    chart="kube-prometheus-stack",
    since=(88, 0, 0),
    until=(89, 0, 0),
    grafana=_grafana,
    rendered=objects.rendered,
    made=objects.made,
    gap=objects.gap,
)
