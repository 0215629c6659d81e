"""loki-stack (deprecated): brings a datasource Loki that is a default by itself, even where its own Grafana is off.

Established by rendering chart 2.10.3, the last one.
Source: https://github.com/grafana/helm-charts/blob/main/charts/loki-stack/templates/datasources.yaml
"""

from crema.policies.contracts import loki_stack_objects as objects
from crema.policies.contracts import sidecar
from crema.policies.contracts.contract import Contract, GrafanaPart
from crema.policies.model.datasources import FIRST_ORGANISATION, Datasource, ProvisioningFile
from crema.policies.model.helm import Release

_PARTS = (("loki", True, True), ("prometheus", False, False))
"""The parts with a datasource, whether each is installed, and whether its datasource is a default, by the chart's defaults."""


def _grafana(release: Release) -> GrafanaPart:
    values = release.values
    installed = values.true(False, "grafana", "enabled")
    servers = (sidecar.server(release, "grafana", enabled=True, label_value="1"),) if installed else ()
    if not values.true(True, "grafana", "sidecar", "datasources", "enabled"):
        return GrafanaPart(servers=servers)
    label, value = sidecar.labels(release, "grafana", label_value="1")
    own = tuple(
        _datasource(release, part, is_default=is_default)
        for part, installed, is_default in _PARTS
        if values.true(installed, part, "enabled")
    )
    file = ProvisioningFile(namespace=release.namespace, labels={label: value}, top=release.source, datasources=own)
    return GrafanaPart(files=(file,), servers=servers)


def _datasource(release: Release, part: str, *, is_default: bool) -> Datasource:
    return Datasource(
        name=part.capitalize(),
        type=part,
        organisation=FIRST_ORGANISATION,
        default=sidecar.is_default(release, is_default, part, "isDefault"),
        place=release.values.place(release.source, part, "isDefault"),
        switch=f"set {part}.isDefault: false in its values",
        brought_by=release.chart,
    )


CONTRACT = Contract(
    chart="loki-stack",
    since=(2, 10, 0),
    until=(2, 11, 0),
    grafana=_grafana,
    rendered=objects.rendered,
    gap=objects.gap,
)
