"""The policy delivery-data-is-never-pruned."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import options_of
from crema.policies.model.delivery.owners import Owned, owned
from crema.policies.model.world import World

_ASKED: Final = {"Prune": frozenset({"Prune=false", "Prune=confirm"}), "Delete": frozenset({"Delete=false", "Delete=confirm"})}


def _files(kind: str, options: str, spec: str = "") -> dict[str, str]:
    application = """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: mysql, namespace: argocd}
        spec:
          destination: {server: https://kubernetes.default.svc, namespace: shop}
          source: {repoURL: https://git.example.com/platform, path: shop/mysql, directory: {recurse: true}}
          syncPolicy: {automated: {prune: true}}
    """
    api = "apps/v1" if kind == "StatefulSet" else "v1"
    note = f"annotations: {{argocd.argoproj.io/sync-options: '{options}'}}" if options else "labels: {}"
    text = f"{{apiVersion: {api}, kind: {kind}, metadata: {{name: data, namespace: shop, {note}}}{spec}}}"
    return {"shop/_bootstrap/mysql.yaml": application, "shop/mysql/a.yaml": text}


_SET = ", spec: {volumeClaimTemplates: [{metadata: {name: data}}]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An object that holds data, and who applies it."""

    owned: Owned

    def __str__(self) -> str:
        """The object."""
        return str(self.owned.ref)


class DataIsNeverPruned(Policy[Holder]):
    """Claims, sets with claims and namespaces with either in them carry Prune=false and Delete=false, or ask before (confirm).

    Why: an object whose file is renamed, or in a folder whose path is wrong, is pruned within minutes; a claim takes its data with it, a
    namespace all claims in it.
    Fix: write the annotation argocd.argoproj.io/sync-options: Prune=false,Delete=false.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources
    """

    id = "delivery-data-is-never-pruned"
    basis = "house"
    allowed = (
        Example(name="kept", files=_files("PersistentVolumeClaim", "Prune=false,Delete=false"), closed=True),
        Example(name="asked for", files=_files("StatefulSet", "Prune=confirm,Delete=confirm", _SET), closed=True),
        Example(name="a set without claims", files=_files("StatefulSet", ""), closed=True),
    )
    denied = (
        Denied(
            name="a claim that may be pruned",
            files=_files("PersistentVolumeClaim", ""),
            closed=True,
            at="PersistentVolumeClaim/shop/data",
            pointer="/metadata",
            message="PersistentVolumeClaim/shop/data holds data and lacks Prune=false and Delete=false, "
            "and Application mysql prunes by itself",
        ),
        Denied(
            name="a set that is kept from one of both",
            files=_files("StatefulSet", "Prune=false", _SET),
            closed=True,
            at="StatefulSet/shop/data",
            pointer="/metadata/annotations/argocd.argoproj.io~1sync-options",
            message="StatefulSet/shop/data holds data and lacks Delete=false, and Application mysql prunes by itself",
        ),
    )

    def targets(self, world: World) -> Iterable[Holder]:
        """Every object with data that an Application applies from a file."""
        spaces = {each.ref.namespace for objects in owned(world).values() for each in objects if each.release is None and _has_data(each)}
        for objects in owned(world).values():
            for each in objects:
                space = each.ref.kind == "Namespace" and not each.ref.group and each.ref.name in spaces
                if each.release is None and (space or _has_data(each)):
                    yield Holder(owned=each)

    def judge(self, world: World, target: Holder) -> Iterator[Outcome]:
        """What its annotation says."""
        del world
        each = target.owned
        automated = each.application.automated
        if automated is None or automated.flag("prune") is not True:
            return
        options = options_of(each.manifest)
        lacking = [f"{key}=false" for key, kept in _ASKED.items() if not kept & options and not any(map(each.application.has, kept))]
        if lacking:
            what = f"{each.ref} holds data and lacks {' and '.join(lacking)}, and {each.application} prunes by itself"
            node = each.manifest.root.get("metadata", "annotations", "argocd.argoproj.io/sync-options") or each.at("metadata")
            yield self.finding(node, what)


def _has_data(each: Owned) -> bool:
    if each.ref.kind == "PersistentVolumeClaim" and not each.ref.group:
        return True
    spec = each.manifest.root.get("spec") if each.ref.kind == "StatefulSet" else None
    return spec is not None and bool(spec.items("volumeClaimTemplates"))
