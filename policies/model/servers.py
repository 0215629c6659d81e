"""A Grafana server as its files see it: where it looks for them and by which label."""

from dataclasses import dataclass
from typing import Final

from crema.policies.model.datasources import ProvisioningFile
from crema.policies.model.node import Node

DEFAULT_LABEL: Final = "grafana_datasource"
EVERYWHERE: Final = "ALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One Grafana. `searched`: the namespaces its sidecar looks in, or `ALL`; empty when there is no sidecar. `cluster`:
    that of its chart, None when its pods are here and may go to any. `place`: what installs it.

    `label_value` empty: any value of the label will do. `mounted`: files it has without a sidecar.
    """

    namespace: str
    label: str
    label_value: str
    searched: frozenset[str]
    place: Node
    cluster: str | None = None
    mounted: tuple[ProvisioningFile, ...] = ()

    def reads(self, file: ProvisioningFile) -> bool:
        """Whether this server's sidecar picks a file up."""
        carried = file.labels.get(self.label)
        near = EVERYWHERE in self.searched or file.namespace in self.searched
        near = near and (None in {self.cluster, file.cluster} or self.cluster == file.cluster)
        return near and carried is not None and self.label_value in {"", carried}
