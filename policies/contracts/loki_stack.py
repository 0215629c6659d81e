"""loki-stack (deprecated): brings a datasource Loki that is a default by itself, even where its own Grafana is off.

Established by rendering chart 2.10.3, the last one.
Source: https://github.com/grafana/helm-charts/blob/main/charts/loki-stack/templates/datasources.yaml
"""

from crema.policies.contracts import sidecar
from crema.policies.contracts.contract import Contract, GrafanaPart
from crema.policies.model.datasources import FIRST_ORGANISATION, Datasource, ProvisioningFile, truth
from crema.policies.model.helm import Release

_IS_DEFAULT = ("loki", "isDefault")


def _grafana(release: Release) -> GrafanaPart:
    values = release.values
    installed = values.true(False, "grafana", "enabled")
    servers = (sidecar.server(release, "grafana", enabled=True, label_value="1"),) if installed else ()
    if not values.true(True, "grafana", "sidecar", "datasources", "enabled"):
        return GrafanaPart(servers=servers)
    label, value = sidecar.labels(release, "grafana", label_value="1")
    own = Datasource(
        name="Loki",
        type="loki",
        organisation=FIRST_ORGANISATION,
        default=_printed(release),
        place=values.place(release.source, *_IS_DEFAULT),
        switch="set loki.isDefault: false in its values",
        brought_by=release.chart,
    )
    file = ProvisioningFile(namespace=release.namespace, labels={label: value}, top=release.source, datasources=(own,))
    return GrafanaPart(files=(file,), servers=servers)


def _printed(release: Release) -> bool | None:
    """The template prints the value, and Grafana reads what is printed; what it cannot read is left undecided here."""
    try:
        return truth(release.values.get(True, *_IS_DEFAULT))
    except ValueError:
        return None


CONTRACT = Contract(chart="loki-stack", since=(2, 10, 0), until=(2, 11, 0), grafana=_grafana)
