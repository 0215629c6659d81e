"""The policy delivery-object-belongs-to-one-application."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application
from crema.policies.model.delivery.owners import Owned, instance, owned
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.world import World


def _application(name: str, path: str, target: str = "shop") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: {target}}}
          source: {{repoURL: https://git.example.com/platform, path: {path}, directory: {{recurse: true}}}}
    """


def _manifest(name: str, namespace: str = ", namespace: shop", kind: str = "ConfigMap") -> str:
    return f"{{apiVersion: v1, kind: {kind}, metadata: {{name: {name}{namespace}}}}}"


_ORDER = {"shop/_bootstrap/order.yaml": _application("order", "shop/order"), "shop/order/config.yaml": _manifest("order")}
_TEA = {"shop/_bootstrap/tea.yaml": _application("tea", "shop/tea"), "shop/tea/config.yaml": _manifest("tea")}
_WHY = "they undo each other's syncs (SharedResourceWarning, OutOfSync for ever)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An object of a cluster, and everything that claims to write it."""

    ref: Ref
    by: tuple[Owned, ...]

    def __str__(self) -> str:
        """The object."""
        return str(self.ref)


class ObjectBelongsToOneApplication(Policy[Claim]):
    """Every object is applied by one Application, from one place.

    Why: two Applications that hold one object write it in turn, each undoing the other; with FailOnSharedResource the second one never
    syncs at all, and when the one is deleted the object is gone for both. Of two copies in one Application only one is applied.
    Fix: leave the object to one of them.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#fail-the-sync-if-a-shared-resource-is-found
    """

    id = "delivery-object-belongs-to-one-application"
    basis = "breaks"
    allowed = (
        Example(name="objects of different names", files={**_ORDER, **_TEA}, closed=True),
        Example(
            name="one folder, applied to two namespaces by objects that name none",
            files={
                "shop/_bootstrap/one.yaml": _application("one", "shop/order", "shop"),
                "shop/_bootstrap/two.yaml": _application("two", "shop/order", "test"),
                "shop/order/config.yaml": _manifest("order", ""),
            },
            closed=True,
        ),
        Example(
            name="one name in two clusters",
            files={
                **_ORDER,
                "shop/_bootstrap/far.yaml": _application("far", "shop/far").replace("kubernetes.default.svc", "far.example.com"),
                "shop/far/config.yaml": _manifest("order"),
            },
            closed=True,
        ),
        Example(
            name="somebody's two environments, each with an Argo CD of its own",
            files={
                "prod/apps/order.yaml": _application("order", "prod/shop/order"),
                "prod/shop/order/config.yaml": _manifest("order"),
                "test/apps/order.yaml": _application("order-test", "test/shop/order"),
                "test/shop/order/config.yaml": _manifest("order"),
            },
        ),
    )
    denied = (
        Denied(
            name="two Applications read one folder",
            files={**_ORDER, "shop/_bootstrap/other.yaml": _application("other", "shop/order")},
            closed=True,
            at="Application/argocd/other",
            pointer="/spec/source/path",
            message=f"Application other applies ConfigMap/shop/order, which Application order applies too; {_WHY}",
        ),
        Denied(
            name="one folder is inside the other",
            files={**_ORDER, **_TEA, "shop/_bootstrap/every.yaml": _application("every", "shop")},
            closed=True,
            at="Application/argocd/every",
            pointer="/spec/source/path",
            message=f"Application every applies ConfigMap/shop/order, which Application order applies too; {_WHY}",
            also=(
                Pinned(
                    at="Application/argocd/every",
                    pointer="/spec/source/path",
                    message=f"Application every applies ConfigMap/shop/tea, which Application tea applies too; {_WHY}",
                ),
            ),
        ),
        Denied(
            name="one object stands in the folders of two Applications",
            files={**_ORDER, **_TEA, "shop/tea/order.yaml": _manifest("order")},
            closed=True,
            at="ConfigMap/shop/order",
            pointer="/metadata/name",
            message=f"ConfigMap/shop/order of Application tea is applied by Application order too; {_WHY}",
        ),
        Denied(
            name="twice in one Application, once without its namespace",
            files={**_ORDER, "shop/order/more.yaml": _manifest("order", "")},
            closed=True,
            at="ConfigMap/order",
            pointer="/metadata/name",
            message="ConfigMap/shop/order is in the folder of Application order twice; only one of both is applied",
        ),
    )

    def targets(self, world: World) -> Iterable[Claim]:
        """Every object that an Application applies, by its cluster and the Argo CD that does it."""
        return world.derived(_claims)

    def judge(self, world: World, target: Claim) -> Iterator[Outcome]:
        """Everything beyond the first. Two Applications that read one file are one mistake, however many objects they share."""
        first, *others = target.by
        for other in others:
            same = other.application is first.application
            again = other.manifest is first.manifest
            if (same and (again or other.release is not None)) or (not same and not _is_told_apart(world, first, other)):
                continue
            there = Related(manifest=first.at().manifest, pointer=first.at().pointer, note=f"applied by {first.application}")
            path = (f"{first.application} and {other.application}", str(target.ref))
            if again:
                shared = world.derived(_shared)[first.application, other.application]
                if target.ref == shared[0]:
                    more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
                    what = f"{other.application} applies {target.ref}{more}, which {first.application} applies too; {_WHY}"
                    yield self.finding(_source(other), what, path=path, related=(there,), subject=first.application.name)
                continue
            what = f"{target.ref} of {other.application} is applied by {first.application} too; {_WHY}"
            if same:
                what = f"{target.ref} is in the folder of {first.application} twice; only one of both is applied"
            yield self.finding(other.at("metadata", "name"), what, path=path, related=(there,), subject=str(target.ref))


def _is_told_apart(world: World, first: Owned, other: Owned) -> bool:
    """Whether two are Applications of one Argo CD: of somebody's directory, two of one name are those of two environments."""
    return world.closed or other.application.name != first.application.name


def _rank(claim: Owned) -> tuple[bool, bool, int, str, str, int]:
    """Whose the object is before others: the Application of its name, the one called like its folder, the one of the narrower folder."""
    name, paths = claim.application.name, [source.path for source in claim.application.sources]
    named = any(posixpath.basename(path) == name for path in paths)
    file = claim.application.manifest.file
    return (name != claim.ref.name, not named, -max(map(len, paths), default=0), file, claim.manifest.file, claim.manifest.index)


def _source(claim: Owned) -> Node:
    """Where an Application says that it takes the file."""
    sources = [source for source in claim.application.sources if source.path and claim.manifest.file.find(f"{source.path}/") >= 0]
    return (sources or claim.application.sources)[0].place


def _shared(world: World) -> Mapping[tuple[Application, Application], list[Ref]]:
    """Two Applications → the objects that both take from the same files."""
    found: defaultdict[tuple[Application, Application], list[Ref]] = defaultdict(list)
    for claim in world.derived(_claims):
        first, *others = claim.by
        for other in others:
            if other.manifest is first.manifest and other.application is not first.application:
                found[first.application, other.application].append(claim.ref)
    return found


def _claims(world: World) -> tuple[Claim, ...]:
    found: defaultdict[tuple[object, ...], list[Owned]] = defaultdict(list)
    for application, objects in owned(world).items():
        for each in objects:
            found[(instance(world, application), application.server, each.ref)].append(each)
    return tuple(Claim(ref=claims[0].ref, by=tuple(sorted(claims, key=_rank))) for claims in found.values())
