"""The policy delivery-application-waves-do-not-wait-in-a-circle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, applications
from crema.policies.model.delivery.definitions import custom, definition_of
from crema.policies.model.delivery.order import Turn, place, turns
from crema.policies.model.delivery.owners import owned, owners
from crema.policies.model.delivery.projects import argo_namespace
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.references.creators import creators
from crema.policies.model.references.every import references_of
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_NEEDED: Final = frozenset({"ConfigMap", "PersistentVolumeClaim", "Secret", "ServiceAccount"})
_HEALTH: Final = "resource.customizations.health.argoproj.io_Application"
_ALL: Final = "resource.customizations"
_CONFIGURATION = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: argocd-cm, namespace: argocd}
    data: {resource.customizations.health.argoproj.io_Application: 'return obj.status.health'}
"""


def _application(name: str, wave: str, path: str = "") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd, annotations: {{argocd.argoproj.io/sync-wave: '{wave}'}}}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: {path or f"shop/{name}"}, directory: {{recurse: true}}}}
    """


def _files(order: str, base: str, configuration: str = _CONFIGURATION) -> dict[str, str]:
    return {
        "shop/_bootstrap/root.yaml": _application("root", "0", "shop/_root"),
        "shop/_root/order.yaml": _application("order", order),
        "shop/_root/base.yaml": _application("base", base),
        "shop/_root/argocd-cm.yaml": configuration,
        "shop/order/a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: order}}",
        "shop/base/a.yaml": "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What an Application needs of another one before it can be healthy."""

    what: Ref
    maker: Manifest


class ApplicationWavesDoNotWaitInACircle(Policy[Application]):
    """An Application that the next wave waits for needs nothing of an Application in a later wave.

    Why: with a health check of its own for Applications, Argo CD applies the next wave of them when those of this one are healthy. One that
    needs a namespace, a definition, a Secret of a later wave never is, and the later wave never comes.
    Fix: give both the same wave, or put what is needed first.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app

    Without such a health check waves of Applications wait for nothing, and this law has nothing to judge.
    """

    id = "delivery-application-waves-do-not-wait-in-a-circle"
    basis = "breaks"
    allowed = (
        Example(name="what is needed comes first", files=_files("1", "0"), closed=True),
        Example(name="both in one wave", files=_files("1", "1"), closed=True),
        Example(
            name="no wave waits, without a health check of Applications",
            files=_files("0", "1", "{apiVersion: v1, kind: ConfigMap, metadata: {name: argocd-cm, namespace: argocd}, data: {}}"),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="its namespace comes later",
            files=_files("0", "1"),
            closed=True,
            at="Application/argocd/order",
            pointer="/metadata/annotations/argocd.argoproj.io~1sync-wave",
            message="Application order (Sync) needs Namespace/shop of Application base, which is applied only when order is healthy "
            "(Sync, wave 1)",
        ),
        Denied(
            name="a Secret of its pods comes later",
            files={
                **_files("0", "0"),
                "shop/_root/keys.yaml": _application("keys", "3"),
                "shop/keys/a.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: keys, namespace: shop}}",
                "shop/order/pod.yaml": """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: order, namespace: shop}
                    spec: {containers: [{name: order, envFrom: [{secretRef: {name: keys}}]}]}
                """,
            },
            closed=True,
            at="Application/argocd/order",
            pointer="/metadata/annotations/argocd.argoproj.io~1sync-wave",
            message="Application order (Sync) needs Secret/shop/keys of Application keys, which is applied only when order is healthy "
            "(Sync, wave 3)",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application that another one applies."""
        return (each for each in applications(world) if each.manifest in owners(world) and not each.made)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """Where Argo CD is told how healthy Applications are: what it needs of others under the same parent, and when those come."""
        if not world.derived(_waits):
            return
        mine, parent = _turn(target), owners(world)[target.manifest][0].application
        said: set[Application] = set()
        for need in _needs(world, target):
            other = next((owner.application for owner in owners(world).get(need.maker, ())), None)
            above = owners(world).get(other.manifest, ()) if other is not None else ()
            if other is None or other is target or other in said or not any(owner.application is parent for owner in above):
                continue
            theirs = _turn(other)
            if theirs > mine:
                said.add(other)
                what = f"{target} ({mine}) needs {need.what} of {other}, which is applied only when {target.name} is healthy ({theirs})"
                there = Related(manifest=other.manifest, pointer="", note="the later wave")
                path = (str(parent), f"{target} ({mine})", str(need.what), f"{other} ({theirs})")
                yield self.finding(place(target.manifest) or place(other.manifest) or target.top, what, path=path, related=(there,))


def _needs(world: World, target: Application) -> Iterator[Need]:
    objects = owned(world)[target]
    for namespace in sorted({each.ref.namespace for each in objects if each.ref.namespace}):
        ref = Ref(group="", kind="Namespace", namespace="", name=namespace)
        made = world.get(ref)
        if (
            made is not None
            and namespace != argo_namespace(world)
            and not (namespace == target.target and target.has("CreateNamespace=true"))
        ):
            yield Need(what=ref, maker=made)
    for first in custom(target, objects).values():
        definition = definition_of(world, first.ref)
        if definition is not None and definition.manifest is not None:
            yield Need(what=definition.manifest.ref, maker=definition.manifest)
    for each in objects:
        for reference in references_of(each.manifest) if each.release is None else ():
            if reference.strange is None and not reference.optional and reference.ref.kind in _NEEDED:
                makers = creators(whole(world).world).of(reference.ref, anywhere=False)
                if len(makers) == 1 and makers[0].manifest is not None:
                    yield Need(what=reference.ref, maker=makers[0].manifest)


def _turn(application: Application) -> Turn:
    return next(iter(turns(application.manifest)), Turn(0, 0))


def _waits(world: World) -> bool:
    return any(_tells(manifest) for manifest in whole(world).world.of("", "ConfigMap"))


def _tells(manifest: Manifest) -> bool:
    """Whether this is the configuration of Argo CD, with a health check for Applications in it."""
    data = manifest.root.get("data") if manifest.ref.name == "argocd-cm" else None
    return data is not None and (data.get(_HEALTH) is not None or "argoproj.io/Application" in (data.text(_ALL) or ""))
