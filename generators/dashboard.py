"""A Grafana dashboard, in a ConfigMap that Grafana's sidecar provisions.

Its panels are written with the builders of grafana-foundation-sdk (https://grafana.github.io/grafana-foundation-sdk/), whose classic JSON
model Grafana 13 reads as it reads its own older dashboards; what is built is proven and completed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, get_args

from constructs import Construct
from grafana_foundation_sdk.models.dashboard import Dashboard

from crema.generators.checks import Check, DnsName, FolderName, LabelKey, LabelValue, Requirement, Text, Uid
from crema.generators.dashboard_model import model, problems, text
from crema.generators.datasources import DatasourceSpec
from crema.generators.manifest import LARGEST_CONFIG_MAP, Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule


def _built(value: object) -> Requirement | None:
    return None if isinstance(value, Dashboard) else "a dashboard that grafana-foundation-sdk built: Dashboard(…)….build()"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaDashboardSpec(Spec):
    """The ConfigMap of one dashboard; its file is named after the dashboard's uid, so that no two dashboards want one file.

    Args:
        name: of the ConfigMap.
        dashboard: with a uid and a title; panels without ids are numbered, queries without a refId get A, B, C.
        datasources: those its panels may ask. Each panel names one by uid: Grafana takes a uid that is not there without a word.
        folder: where people find it; None is the top. It needs the chart's `sidecar.dashboards.folderAnnotation` (the same as here) and
            `sidecar.dashboards.provider.foldersFromFilesStructure`.
        label, label_value: what Grafana's sidecar looks for (the chart's `sidecar.dashboards.label` and `labelValue`).
        folder_annotation: where the sidecar finds the folder.

    """

    name: DnsName
    dashboard: Annotated[Dashboard, Check(_built)]
    datasources: tuple[DatasourceSpec, ...]
    folder: FolderName | None = None
    label: LabelKey = "grafana_dashboard"
    label_value: LabelValue = "1"
    folder_annotation: LabelKey = "grafana_folder"

    @rule("dashboard", "datasources")
    def _grafana_shows_it(self) -> Iterator[Mistake]:
        for attribute, kind in (("uid", Uid), ("title", Text)):
            value = getattr(self.dashboard, attribute)
            required = get_args(kind)[1].requirement_of(value)
            if required is not None:
                yield self.mistake(f"dashboard[{attribute}]", required, value)
        try:
            plain = model(self.dashboard)
        except (TypeError, ValueError, RecursionError) as error:
            yield self.mistake("dashboard", f"made of plain data ({error})", self.dashboard.title)
            return
        for where, required, value in problems(plain, {d.uid: d.type for d in self.datasources}):
            yield self.mistake(f"dashboard{where}", required, value)
        if len(text(plain)) > LARGEST_CONFIG_MAP - 64:
            yield self.mistake("dashboard", "at most 1 MiB as JSON, which is all a ConfigMap holds", self.dashboard.title)


def build(spec: GrafanaDashboardSpec) -> tuple[Manifest, ...]:
    """One ConfigMap with one file."""
    return (
        Manifest(
            api_version="v1",
            kind="ConfigMap",
            name=spec.name,
            labels={spec.label: spec.label_value, "app.kubernetes.io/managed-by": "crema"},
            annotations={} if spec.folder is None else {spec.folder_annotation: spec.folder},
            body={"data": {f"{spec.dashboard.uid}.json": text(model(spec.dashboard))}},
        ),
    )


class GrafanaDashboard(Part[GrafanaDashboardSpec]):
    """A dashboard in a chart."""

    def __init__(self, scope: Construct, id: str, spec: GrafanaDashboardSpec) -> None:
        """Add the ConfigMap to `scope`."""
        super().__init__(scope, id, spec, build)
