"""The policy delivery-one-repository-and-revision."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, Source, applications
from crema.policies.model.delivery.folders import tree
from crema.policies.model.delivery.owners import owners
from crema.policies.model.delivery.tree import roots
from crema.policies.model.world import World


def _application(name: str, path: str, where: str = "repoURL: https://git.example.com/platform, targetRevision: main") -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{{where}, path: {path}, directory: {{recurse: true}}}}
    """
    return {f"shop/_root/{name}.yaml": text}


_FILES = {f"shop/{name}/a.yaml": f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}" for name in ("order", "stock", "tea")}
_TWO = {**_application("root", "shop/_root"), **_application("order", "shop/order"), **_FILES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A path of this environment that an Application takes manifests from."""

    application: Application
    source: Source

    def __str__(self) -> str:
        """The Application and the path."""
        return f"{self.application} ({self.source.path})"


class OneRepositoryAndRevision(Policy[Taken]):
    """All Applications of an environment take its folders from one repository, at one revision.

    Why: one that names another branch or another repository is not changed by the commits that change the rest; the environment becomes one
    that was never in git as a whole, and never tested.
    Fix: write the repository and the revision of the others.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
    """

    id = "delivery-one-repository-and-revision"
    basis = "breaks"
    allowed = (
        Example(
            name="one repository, with and without .git",
            files={**_TWO, **_application("stock", "shop/stock", "repoURL: https://git.example.com/platform.git, targetRevision: main")},
            closed=True,
        ),
        Example(
            name="somebody else's repository, with a folder of its own",
            files={**_TWO, **_application("other", "deploy", "repoURL: https://git.example.com/other, targetRevision: v1.0.0")},
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="another branch",
            files={**_TWO, **_application("stock", "shop/stock", "repoURL: https://git.example.com/platform, targetRevision: develop")},
            closed=True,
            at="Application/argocd/stock",
            pointer="/spec/source/targetRevision",
            message="Application stock reads shop/stock at develop, and the others of this environment read main",
        ),
        Denied(
            name="no revision, which is that of the repository's default branch",
            files={**_TWO, **_application("stock", "shop/stock", "repoURL: https://git.example.com/platform")},
            closed=True,
            at="Application/argocd/stock",
            pointer="/spec/source",
            message="Application stock reads shop/stock at HEAD, and the others of this environment read main",
        ),
        Denied(
            name="another repository for a folder that is here",
            files={**_TWO, **_application("stock", "shop/stock", "repoURL: https://git.example.com/fork, targetRevision: main")},
            closed=True,
            at="Application/argocd/stock",
            pointer="/spec/source/repoURL",
            message="Application stock reads shop/stock from https://git.example.com/fork, and the others of this environment "
            "from https://git.example.com/platform",
        ),
    )

    def targets(self, world: World) -> Iterable[Taken]:
        """Every folder of a whole environment that an Application takes; of somebody's directory it is not known what belongs together."""
        return world.derived(_taken)

    def judge(self, world: World, target: Taken) -> Iterator[Outcome]:
        """Compare with what most of them say; the root Application counts before all, since it brings the others."""
        source, usual = target.source, world.derived(_usual)
        if usual is None:
            return
        there = Related(manifest=usual.application.manifest, pointer=usual.source.node.pointer, note="what the others read")
        who = f"{target.application} reads {source.path}"
        if source.url != usual.source.url:
            what = f"{who} from {source.repository}, and the others of this environment from {usual.source.repository}"
            yield self.finding(source.node.get("repoURL") or source.node, what, related=(there,))
        if _revision(source) != _revision(usual.source):
            what = f"{who} at {_revision(source)}, and the others of this environment read {_revision(usual.source)}"
            yield self.finding(source.node.get("targetRevision") or source.node, what, related=(there,))


def _revision(source: Source) -> str:
    return source.revision or "HEAD"


def _taken(world: World) -> tuple[Taken, ...]:
    if not world.closed:
        return ()
    here = tree(world).folders
    found = []
    for application in applications(world):
        for source in application.sources:
            root = next(iter(roots(world).values()), None)
            if source.known and source.path and not source.is_chart and root is not None and root.folder(source.path) in here:
                found.append(Taken(application=application, source=source))
    return tuple(found)


def _usual(world: World) -> Taken | None:
    """One of those that say what most say; among as many, the one that no other Application applies: it brings the others."""
    taken = world.derived(_taken)
    counted = Counter((each.source.url, _revision(each.source)) for each in taken)
    return max(
        taken,
        key=lambda each: (counted[each.source.url, _revision(each.source)], each.application.manifest not in owners(world)),
        default=None,
    )
