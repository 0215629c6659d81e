"""What is applied once when a cluster is made, before Argo CD watches anything: the root project and the root Application, and the values
that Argo CD itself is installed with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators import app_project, application
from crema.generators.app_project import AppProjectSpec
from crema.generators.application import ARGOCD, ROOT, ApplicationSpec, DirectorySpec, HelmChartSpec
from crema.generators.checks import DirectoryPath, GitRevision, HttpUrl
from crema.generators.manifest import Document, Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule

BOOTSTRAP = "_bootstrap"
_ROOT_NAME = "root"
_KINDS = {"argoproj.io": ("AppProject", "Application")}


@dataclass(frozen=True, slots=True, kw_only=True)
class RootApplicationSpec(Spec):
    """The Application that watches all others, in a project that permits Applications and AppProjects alone.

    Args:
        repository, revision: the git repository and the branch to watch.
        path: the environment's directory there, such as dist/local.

    """

    repository: HttpUrl
    revision: GitRevision
    path: DirectoryPath


def build_root(spec: RootApplicationSpec) -> tuple[Document, ...]:
    """`project-root.yaml`, to be applied first, and `root.yaml`."""
    project = AppProjectSpec(
        name=_ROOT_NAME,
        description="The root Application: Applications and AppProjects, and nothing else.",
        repositories=(spec.repository,),
        namespaces=(ARGOCD,),
        namespaced_kinds=_KINDS,
    )
    root = ApplicationSpec(
        name=_ROOT_NAME,
        project=_ROOT_NAME,
        namespace=ARGOCD,
        deploys=DirectorySpec(repository=spec.repository, revision=spec.revision, path=f"{spec.path}/{ROOT}"),
        # Deleting the root must not delete the Applications, and with them the platform.
        keep=True,
    )
    return (
        _document("project-root.yaml", *app_project.build(project)),
        _document("root.yaml", *application.build(root)),
    )


def _document(name: str, manifest: Manifest) -> Document:
    return Document(name=name, body=manifest.as_dict())


class RootApplication(Part[RootApplicationSpec]):
    """The root Application and its project, in the bootstrap of the chart's environment."""

    directory = BOOTSTRAP

    def __init__(self, scope: Construct, id: str, spec: RootApplicationSpec) -> None:
        """Add both files."""
        super().__init__(scope, id, spec, build_root)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartValuesSpec(Spec):
    """The values of a chart as a file, for what is installed by hand once and then manages itself.

    Args:
        name: of the file, such as argo-cd-values.yaml.
        chart: the very one that the Application which takes over deploys: one set of values for both.

    """

    name: DirectoryPath
    chart: HelmChartSpec

    @rule("chart")
    def _there_are_values(self) -> Iterator[Mistake]:
        if not self.chart.values:
            yield self.mistake("chart", "a chart with values", self.chart)


def build_values(spec: ChartValuesSpec) -> tuple[Document, ...]:
    """One file."""
    values: dict[str, Any] = dict(spec.chart.values)
    return (Document(name=spec.name, body=values),)


class ChartValues(Part[ChartValuesSpec]):
    """The values of a chart as a file, in the bootstrap of the chart's environment."""

    directory = BOOTSTRAP

    def __init__(self, scope: Construct, id: str, spec: ChartValuesSpec) -> None:
        """Add the file."""
        super().__init__(scope, id, spec, build_values)
