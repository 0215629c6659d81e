"""The policy delivery-path-has-manifests."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, Source, applications
from crema.policies.model.delivery.folders import tree
from crema.policies.model.delivery.reading import told
from crema.policies.model.delivery.tree import folder_of, is_current, roots
from crema.policies.model.surroundings import KUSTOMIZATIONS
from crema.policies.model.world import World


def _application(path: str, more: str = "", name: str = "order") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/shop, path: {path}, directory: {{recurse: true{more}}}}}
    """


_MANIFEST = "{apiVersion: v1, kind: ConfigMap, metadata: {name: order, namespace: shop}}"
_ROOT = {"apps/root/order.yaml": _application("apps/shop")}
_FILES = {"apps/shop/order.yaml": _MANIFEST, "apps/mysql/mysql.yaml": _MANIFEST.replace("order", "mysql")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A path in git that an Application takes manifests from."""

    application: Application
    source: Source

    def __str__(self) -> str:
        """The Application and the path."""
        return f"{self.application} ({self.source.path})"


class PathHasManifests(Policy[Taken]):
    """The path of an Application is a folder of its repository, relative to the top, with manifests in it.

    Why: a path that is not there is no failed deployment: the Application's sync status becomes Unknown, its health stays Healthy, and no
    commit is applied any more. An empty folder is one that holds nothing: with pruning, all that was there is deleted.
    Fix: write the path of the folder that has the manifests, from the top of the repository.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
    """

    id = "delivery-path-has-manifests"
    basis = "breaks"
    allowed = (
        Example(name="a folder with manifests", files={**_ROOT, **_FILES}, closed=True),
        Example(
            name="written with a slash at its end, and as the folder that one is in",
            files={"apps/root/order.yaml": _application("./apps/shop/"), **_FILES},
            closed=True,
        ),
        Example(
            name="a path in somebody else's repository",
            files={
                **_ROOT,
                **_FILES,
                "apps/root/other.yaml": _application("deploy/base", name="other").replace("git.example.com/shop", "git.example.org/other"),
            },
            closed=True,
        ),
        Example(name="a directory of somebody that is not the whole repository", manifests=_application("deploy/overlays/prod")),
    )
    denied = (
        Denied(
            name="a letter is missing",
            files={**_ROOT, "apps/root/mysql.yaml": _application("apps/mysq", name="mysql"), **_FILES},
            closed=True,
            at="Application/argocd/mysql",
            pointer="/spec/source/path",
            message="there is no folder apps/mysq in the repository; did you mean apps/mysql?",
        ),
        Denied(
            name="in somebody's directory, where the folder beside it has almost that name",
            files={**_ROOT, "apps/root/mysql.yaml": _application("apps/mysq", name="mysql"), **_FILES},
            at="Application/argocd/mysql",
            pointer="/spec/source/path",
            message="there is no folder apps/mysq in the repository; did you mean apps/mysql?",
        ),
        Denied(
            name="a folder in which there is no object",
            files={**_ROOT, **_FILES, "apps/root/tea.yaml": _application("apps/tea", name="tea"), "apps/tea/values.yaml": "{image: tea}"},
            closed=True,
            at="Application/argocd/tea",
            pointer="/spec/source/path",
            message="the folder apps/tea has files, and no object of Kubernetes in any of them",
        ),
        Denied(
            name="from the top of a file system",
            files={"apps/root/order.yaml": _application("/apps/shop"), **_FILES},
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/source/path",
            message="the path /apps/shop is absolute, which Argo CD refuses; it begins at the top of the repository",
        ),
        Denied(
            name="one source beside several",
            files={
                "apps/root/order.yaml": _application("apps/mysql").replace(
                    "source: {", "sources: [{repoURL: https://git.example.com/shop, path: apps/shop}]\n          source: {"
                ),
                **_FILES,
            },
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/source",
            message="sources is set too, so Argo CD passes over source: what it names is not deployed",
        ),
        Denied(
            name="neither a path nor a chart",
            files={"apps/root/order.yaml": _application("''"), **_FILES},
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/source",
            message="the source has neither path nor chart, so Argo CD refuses the Application (InvalidSpecError)",
        ),
    )

    def targets(self, world: World) -> Iterable[Taken]:
        """Every source of every Application that is no chart."""
        for application in applications(world):
            for source in application.sources:
                if not source.is_chart:
                    yield Taken(application=application, source=source)

    def judge(self, world: World, target: Taken) -> Iterator[Outcome]:
        """Look the folder up; whether it is of this repository at all is known from the other paths."""
        source = target.source
        hidden = target.application.spec.get("source")
        if hidden is not None and source is target.application.sources[0] and source.node.key != "source":
            what = "sources is set too, so Argo CD passes over source: what it names is not deployed"
            yield self.finding(hidden, what, fix="move source into sources")
        if not source.known:
            return
        if not source.path and not source.ref:
            what = "the source has neither path nor chart, so Argo CD refuses the Application (InvalidSpecError)"
            yield self.finding(source.node, what, fix="write the path of the folder that has the manifests")
            return
        written = source.node.text("path") or ""
        if written.startswith("/"):
            what = f"the path {written} is absolute, which Argo CD refuses; it begins at the top of the repository"
            yield self.finding(source.place, what, fix=f"write {source.path}")
            return
        folder = folder_of(world, source) if source.path else None
        if folder is None:
            if source.path and not world.closed:
                yield from self._alike(world, target)
            return
        here, root = tree(world), roots(world)[source.url]
        if folder not in here.folders:
            near = here.like(folder)
            above = "/" in source.path and posixpath.dirname(folder) in here.folders
            if is_current(world, source) and (near or (root.sure and (world.closed or above))):
                yield self._missing(target, near.removeprefix(root.before))
            else:
                yield self.undecided(target.application.manifest, f"whether the folder {source.path} is in {source.repository}")
            return
        named = told(source.node)
        # A kustomization may take all of its objects from elsewhere.
        tools = ("Chart.yaml",) if named else ("Chart.yaml", *KUSTOMIZATIONS)
        plain = named in {(), ("directory",)} and not any(file.endswith(tools) for file in here.below(folder))
        objects = world.derived(_objects)
        if plain and world.closed and not any(file in objects for file in here.below(folder)):
            yield self.finding(source.place, f"the folder {source.path} has files, and no object of Kubernetes in any of them")

    def _alike(self, world: World, target: Taken) -> Iterator[Outcome]:
        """No path of this repository is here; one that almost is, beside folders that are, is a slip."""
        near = tree(world).like(target.source.path)
        if near and "/" in near and is_current(world, target.source):
            yield self._missing(target, near)
        else:
            yield self.undecided(target.application.manifest, f"whether the folder {target.source.path} is in {target.source.repository}")

    def _missing(self, target: Taken, near: str) -> Outcome:
        hint = f"; did you mean {near}?" if near else ""
        what = f"there is no folder {target.source.path} in the repository{hint}"
        return self.finding(target.source.place, what, fix=f"write {near}" if near else "", path=_way(target))


def _way(target: Taken) -> tuple[str, ...]:
    revision = target.source.revision or "HEAD"
    return (f"commit on {revision}", str(target.application), f"folder {target.source.path}")


def _objects(world: World) -> frozenset[str]:
    return frozenset(manifest.file for manifest in world.manifests)
