"""Argo CD Applications: of a directory in git, or of a Helm chart.

https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct

from crema.generators.checks import ChartVersion, DirectoryPath, DnsLabel, DnsName, GitRevision, HttpUrl, ReleaseName
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule
from crema.generators.writer import WriterError, document

ARGOCD = "argocd"
ROOT = "_root"
# The cluster Argo CD runs in.
IN_CLUSTER = "https://kubernetes.default.svc"
# Deleting the Application deletes what it applied. The plain name of this finalizer draws a warning from the API server.
CASCADE = "resources-finalizer.argocd.argoproj.io/background"
_CONFIRM = {"argocd.argoproj.io/sync-options": "Prune=confirm"}
# Values end up in git and on screens; a text under a key of such a name would be a secret. One that ends otherwise (passwordKey,
# tokenSecretName) only names what holds it.
_SECRET = re.compile(r"(password|passwd|token|secretkey|secretaccesskey|apikey|webhookurl|privatekey)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySpec(Spec):
    """Manifests in a directory of a git repository.

    Args:
        repository, revision: the git repository and its branch, tag or commit.
        path: of the directory, from the top of the repository.

    """

    repository: HttpUrl
    revision: GitRevision
    path: DirectoryPath

    def body(self) -> dict[str, Any]:
        """The Application's `source`."""
        return {
            "repoURL": self.repository,
            "targetRevision": self.revision,
            "path": self.path,
            # A block that says something keeps a stray kustomization.yaml from turning kustomize on; Argo CD takes away one that says
            # nothing but its defaults. Only YAML: any JSON in the directory would be applied too.
            "directory": {"recurse": True, "include": "*.yaml"},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmChartSpec(Spec):
    """A chart of a Helm repository, rendered by Argo CD.

    Args:
        repository: of charts. chart: its name there. version: exactly one; a range would change the platform without a commit.
        release: the release name, which names of Services and labels are made of.
        values: what differs from the chart's own values; lists replace the chart's lists.

    """

    repository: HttpUrl
    chart: DnsName
    version: ChartVersion
    release: ReleaseName
    values: Mapping[str, Any] = field(default_factory=dict)

    @rule("values")
    def _plain_values(self) -> Iterator[Mistake]:
        """They are written into the Application as YAML, and must not hold what belongs into a Secret."""
        try:
            document(self.values)
        except WriterError as error:
            yield self.mistake("values", f"plain data ({error})", dict.fromkeys(self.values, "…"))
            return
        for where in _secrets(self.values, ""):
            yield self.mistake("values", "without passwords and tokens: name an existing Secret instead", f"a mapping with {where}")

    def body(self) -> dict[str, Any]:
        """The Application's `source`."""
        helm: dict[str, Any] = {"releaseName": self.release}
        if self.values:
            helm["valuesObject"] = self.values
        return {"repoURL": self.repository, "chart": self.chart, "targetRevision": self.version, "helm": helm}


def _secrets(value: object, where: str) -> Iterator[str]:
    """The paths of texts under keys that hold a secret."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key).replace("-", "").replace("_", "")
            if isinstance(inner, str) and inner and _SECRET.search(name):
                yield f"{where}/{key}"
            yield from _secrets(inner, f"{where}/{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _secrets(inner, f"{where}/{index}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSpec(Spec):
    """An Application that Argo CD keeps as git says, by itself.

    Args:
        name: of the Application.
        project: the AppProject that permits it.
        deploys: a directory or a chart (its `source`).
        namespace: where objects go that name none. The project must permit it, also where every object names its own: Argo CD refuses an
            Application whose destination no project permits, before it looks at any object.
        keep: what it applies must outlive it: deleting the Application deletes nothing, and the root Application asks before it prunes it.
        custom_resources: it may apply custom resources before something else has defined their kinds.
        server: the cluster's API server.

    """

    name: DnsLabel
    project: DnsLabel
    deploys: DirectorySpec | HelmChartSpec
    namespace: DnsLabel
    keep: bool = False
    custom_resources: bool = False
    server: HttpUrl = IN_CLUSTER


def build(spec: ApplicationSpec) -> tuple[Manifest, ...]:
    """One Application."""
    annotations = dict(_CONFIRM) if spec.keep else {}
    if isinstance(spec.deploys, DirectorySpec):
        # Other directories of the repository may change without this one being rendered again.
        annotations["argocd.argoproj.io/manifest-generate-paths"] = "."
    options = [
        # Several definitions of custom resources are larger than the annotation that client-side apply keeps.
        "ServerSideApply=true",
        "FailOnSharedResource=true",
        "ApplyOutOfSyncOnly=true",
        *(["SkipDryRunOnMissingResource=true"] if spec.custom_resources else []),
    ]
    return (
        Manifest(
            api_version="argoproj.io/v1alpha1",
            kind="Application",
            name=spec.name,
            namespace=ARGOCD,
            labels={"app.kubernetes.io/managed-by": "crema"},
            annotations=annotations,
            finalizers=() if spec.keep else (CASCADE,),
            body={
                "spec": {
                    "project": spec.project,
                    "source": spec.deploys.body(),
                    "destination": {"server": spec.server, "namespace": spec.namespace},
                    "syncPolicy": {
                        "automated": {"prune": True, "selfHeal": True},
                        "syncOptions": options,
                        # A cluster that is being made converges by trying again, however long its images take. Without `refresh` a
                        # repaired commit would wait behind the retries of the broken one.
                        "retry": {"limit": -1, "refresh": True, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}},
                    },
                }
            },
        ),
    )


class Application(Part[ApplicationSpec]):
    """An Application in a chart; its file goes to the directory that the root Application watches."""

    directory = ROOT

    def __init__(self, scope: Construct, id: str, spec: ApplicationSpec) -> None:
        """Add the Application to `scope`."""
        super().__init__(scope, id, spec, build)
