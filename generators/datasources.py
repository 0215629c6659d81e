"""Grafana's datasources, in the one ConfigMap that its sidecar provisions.

https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from constructs import Construct

from crema.generators.checks import DnsName, HttpUrl, LabelKey, LabelValue, Text, Uid
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule
from crema.generators.writer import DEEPEST, WriterError, document

# Plugins by what they hold. https://grafana.com/docs/grafana/latest/datasources/tempo/configure-tempo-data-source/ names those of each.
_HOLDS = {
    "traces": frozenset({"tempo", "jaeger", "zipkin", "grafana-x-ray-datasource"}),
    "metrics": frozenset({"prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource"}),
    "logs": frozenset(
        {"loki", "elasticsearch", "grafana-opensearch-datasource", "grafana-splunk-datasource", "grafana-falconlogscale-datasource"}
    ),
    "profiles": frozenset({"grafana-pyroscope-datasource"}),
    "alerts": frozenset({"alertmanager"}),
}
# What a link leads to, by the setting it stands in; any other setting may lead to any plugin.
_LEADS_TO = {
    "derivedFields": "traces",
    "exemplarTraceIdDestinations": "traces",
    "serviceMap": "metrics",
    "tracesToMetrics": "metrics",
    "tracesToLogsV2": "logs",
    "tracesToProfiles": "profiles",
    "alertmanagerUid": "alerts",
}
_LINKS = frozenset({"datasourceUid", "alertmanagerUid"})
# One `$` (an odd number of them) before a name of Grafana's own: reading the file replaces it by an environment variable, which is empty.
_EXPANDED = re.compile(r"(?<!\$)(\$\$)*\$\{?__\w")


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

    @rule("json_data")
    def _dollars_written_twice(self) -> Iterator[Mistake]:
        """Grafana replaces `$name` when it reads the file; what it is to replace later, in a link or a query, is written `$$name`."""
        for path, text in _texts(self.json_data):
            if _EXPANDED.search(text):
                required = "written with $$ before Grafana's own names: a single $ is replaced when Grafana reads the file"
                yield self.mistake(f"json_data{path}", required, text)

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
        elsewhere: uids of datasources that something else provisions, for links that lead to them.

    """

    name: DnsName
    datasources: tuple[DatasourceSpec, ...]
    elsewhere: tuple[Uid, ...] = ()
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

    @rule("datasources", "elsewhere")
    def _links_lead_somewhere(self) -> Iterator[Mistake]:
        """Grafana takes a link to a datasource that is not there, or of the wrong kind; whoever follows it gets an error, or nothing."""
        for datasource in self.datasources:
            for path, uid in _texts(datasource.json_data):
                if path[-1] not in _LINKS or uid in self.elsewhere:
                    continue
                what = _LEADS_TO.get(path[0])
                there = [d.uid for d in self.datasources if what is None or d.type in _HOLDS[what]]
                if uid not in there:
                    yield datasource.mistake(f"json_data{path}", _one_of(uid, there, what), uid)


class _Path(tuple[str, ...]):
    """Where something stands in `json_data`, as a mistake shows it: [derivedFields][0][datasourceUid]."""

    __slots__ = ()

    def __str__(self) -> str:
        return "".join(f"[{step}]" for step in self)


def _texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[_Path, str]]:
    """Every text in plain data, with where it stands; what is nested deeper than the writer takes has a mistake of its own."""
    if len(path) > DEEPEST:
        return
    if isinstance(value, str):
        yield _Path(path), value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, str(index)))


def _one_of(uid: str, there: list[str], what: str | None) -> str:
    near = get_close_matches(uid, there, n=1)
    listed = f"{', '.join(there) or 'none'}{f' (did you mean {near[0]}?)' if near else ''}"
    kind = "a datasource" if what is None else f"a datasource of {what}"
    return f"the uid of {kind} of this ConfigMap: {listed}; one that something else provisions stands in elsewhere"


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
