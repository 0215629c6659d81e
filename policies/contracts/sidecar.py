"""The values by which the Grafana chart, alone or inside another chart, finds its datasources.

Source: https://github.com/grafana-community/helm-charts/blob/main/charts/grafana/values.yaml (sidecar.datasources)
"""

from crema.policies.model.datasources import ProvisioningFile, read_file, truth
from crema.policies.model.helm import Release
from crema.policies.model.servers import DEFAULT_LABEL, EVERYWHERE, Server


def server(release: Release, *above: str, enabled: bool, label_value: str) -> Server:
    """The Grafana of a release. `above`: keys that lead to the Grafana chart's values; the rest are that chart's
    defaults.
    """
    keys = (*above, "sidecar", "datasources")
    values = release.values
    searched: frozenset[str] = frozenset()
    if values.true(enabled, *keys, "enabled"):
        asked = values.get(None, *keys, "searchNamespace")
        names = asked if isinstance(asked, list) else str(asked or release.namespace).split(",")
        searched = frozenset(str(name).strip() for name in names)
    label, value = labels(release, *above, label_value=label_value)
    return Server(
        namespace=release.namespace,
        label=label,
        label_value=value,
        searched=frozenset({EVERYWHERE}) if EVERYWHERE in searched else searched,
        cluster=release.cluster,
        place=release.source,
        mounted=_mounted(release, *above),
    )


def is_default(release: Release, default: bool, *keys: str) -> bool | None:
    """Whether a datasource whose template prints a value is the default. None: Grafana could not read what is printed, or
    the value may be set in a file that is not here.
    """
    if release.unread and not release.values.has(*keys):
        return None
    try:
        return truth(release.values.get(default, *keys))
    except ValueError:
        return None


def labels(release: Release, *above: str, label_value: str) -> tuple[str, str]:
    """The label that marks datasource files, and the value it must have (empty: any)."""
    keys = (*above, "sidecar", "datasources")
    label = release.values.get(DEFAULT_LABEL, *keys, "label")
    value = release.values.get(label_value, *keys, "labelValue")
    return str(label or DEFAULT_LABEL), "" if value is None else str(value)


def _mounted(release: Release, *above: str) -> tuple[ProvisioningFile, ...]:
    """The files of the value `datasources`, which the chart mounts without a sidecar."""
    listed = release.values.node(*above, "datasources")
    files = [] if listed is None else [node for _, node in listed.entries()]
    return tuple(read_file(node, release.namespace, {}) for node in files)
