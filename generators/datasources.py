"""Grafana's datasources, in the one ConfigMap that its sidecar provisions.

https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct

from crema.generators.checks import DnsName, HttpUrl, LabelKey, LabelValue, Text, Uid
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule
from crema.generators.writer import WriterError, document


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasourceSpec(Spec):
    """One datasource.

    Args:
        name: as people see it; unique.
        uid: as dashboards and other datasources name it; unique.
        type: of Grafana's plugin, such as prometheus or loki.
        url: where Grafana's server reaches it.
        is_default: used where a panel names none. Grafana needs exactly one of all that are provisioned, wherever they come from; a
            policy counts them, because this ConfigMap cannot know of the others.
        json_data: the plugin's own settings (`jsonData`); a `$` meant for Grafana's expressions is written `$$`.

    """

    name: Text
    uid: Uid
    type: Text
    url: HttpUrl
    is_default: bool = False
    json_data: Mapping[str, Any] = field(default_factory=dict)

    @rule("json_data")
    def _plain_json_data(self) -> Iterator[Mistake]:
        """`json_data` may hold anything that YAML can."""
        try:
            document({"jsonData": self.json_data})
        except WriterError as error:
            yield self.mistake("json_data", f"plain data ({error})", self.json_data)

    def body(self) -> dict[str, Any]:
        """The entry under `datasources`."""
        entry: dict[str, Any] = {
            "name": self.name,
            "uid": self.uid,
            "type": self.type,
            "access": "proxy",
            "url": self.url,
            "isDefault": self.is_default,
            "editable": False,
        }
        return {**entry, "jsonData": self.json_data} if self.json_data else entry


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaDatasourcesSpec(Spec):
    """The ConfigMap of datasources.

    Args:
        name: of the ConfigMap.
        datasources: all of them.
        label, label_value: what Grafana's sidecar looks for (the chart's `sidecar.datasources.label` and `labelValue`).

    """

    name: DnsName
    datasources: tuple[DatasourceSpec, ...]
    label: LabelKey = "grafana_datasource"
    label_value: LabelValue = "1"

    @rule("datasources")
    def _each_name_and_uid_once(self) -> Iterator[Mistake]:
        """Grafana updates one datasource twice for a name given twice, and refuses a uid given twice."""
        for attribute in ("name", "uid"):
            seen: set[str] = set()
            for datasource in self.datasources:
                value = getattr(datasource, attribute)
                if value in seen:
                    yield datasource.mistake(attribute, f"a {attribute} that no other datasource has", value)
                seen.add(value)


def build(spec: GrafanaDatasourcesSpec) -> tuple[Manifest, ...]:
    """One ConfigMap."""
    provisioned = {"apiVersion": 1, "datasources": [d.body() for d in spec.datasources]}
    return (
        Manifest(
            api_version="v1",
            kind="ConfigMap",
            name=spec.name,
            labels={spec.label: spec.label_value, "app.kubernetes.io/managed-by": "crema"},
            body={"data": {"datasources.yaml": document(provisioned)}},
        ),
    )


class GrafanaDatasources(Part[GrafanaDatasourcesSpec]):
    """Grafana's datasources in a chart."""

    def __init__(self, scope: Construct, id: str, spec: GrafanaDatasourcesSpec) -> None:
        """Add the ConfigMap to `scope`."""
        super().__init__(scope, id, spec, build)
