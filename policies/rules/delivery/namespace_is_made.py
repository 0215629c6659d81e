"""The policy delivery-namespace-is-made."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, applications
from crema.policies.model.delivery.nearly import Names
from crema.policies.model.delivery.owners import Owned, instance, owned
from crema.policies.model.delivery.projects import argo_namespace
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_THERE: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})


def _application(options: str = "", namespace: str = "shop") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: order, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
          source: {{repoURL: https://git.example.com/platform, path: argocd/order, directory: {{recurse: true}}}}
          syncPolicy: {{syncOptions: [{options}]}}
    """


_CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: order}}"
_ELSEWHERE = "{apiVersion: v1, kind: ConfigMap, metadata: {name: order, namespace: logs}}"
_NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A namespace that an Application applies to, and the first object that does."""

    application: Application
    name: str
    first: Owned

    def __str__(self) -> str:
        """The Application and the namespace."""
        return f"{self.application} (namespace {self.name})"


class NamespaceIsMade(Policy[Used]):
    """Something makes every namespace that objects are applied to: a manifest, a chart, or CreateNamespace=true on its Application.

    Why: an object whose namespace is not there is refused, and with it the sync fails, each time. CreateNamespace=true makes the
    namespace of the Application's destination and no other.
    Fix: add a Namespace, or the sync option CreateNamespace=true on an Application with that destination.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#create-namespace
    """

    id = "delivery-namespace-is-made"
    basis = "breaks"
    allowed = (
        Example(
            name="a manifest makes it",
            files={"argocd/_bootstrap/a.yaml": _application(), "argocd/order/a.yaml": _CONFIG, "argocd/order/b.yaml": _NAMESPACE},
            closed=True,
        ),
        Example(
            name="Argo CD makes it",
            files={"argocd/_bootstrap/a.yaml": _application("CreateNamespace=true"), "argocd/order/a.yaml": _CONFIG},
            closed=True,
        ),
        Example(
            name="every cluster has it",
            files={"argocd/_bootstrap/a.yaml": _application(namespace="kube-system"), "argocd/order/a.yaml": _CONFIG},
            closed=True,
        ),
        Example(name="somebody's directory", files={"argocd/_bootstrap/a.yaml": _application(), "argocd/order/a.yaml": _CONFIG}),
    )
    denied = (
        Denied(
            name="nobody makes it",
            files={"argocd/_bootstrap/a.yaml": _application(), "argocd/order/a.yaml": _CONFIG},
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/destination/namespace",
            message="nothing makes the namespace shop, to which Application order applies ConfigMap/shop/order",
        ),
        Denied(
            name="nobody makes it, and two Applications need it",
            files={
                "argocd/_bootstrap/a.yaml": _application(),
                "argocd/_bootstrap/b.yaml": _application().replace("name: order", "name: tea").replace("argocd/order", "argocd/tea"),
                "argocd/order/a.yaml": _CONFIG,
                "argocd/tea/a.yaml": _CONFIG.replace("order", "tea"),
            },
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/destination/namespace",
            message="nothing makes the namespace shop, to which Application order applies ConfigMap/shop/order "
            "(and 1 more Application applies to it)",
        ),
        Denied(
            name="Argo CD makes the one of the destination, and an object names another",
            files={"argocd/_bootstrap/a.yaml": _application("CreateNamespace=true"), "argocd/order/a.yaml": _ELSEWHERE},
            closed=True,
            at="ConfigMap/logs/order",
            pointer="/metadata/namespace",
            message="nothing makes the namespace logs, to which Application order applies ConfigMap/logs/order; "
            "CreateNamespace=true makes only shop",
        ),
        Denied(
            name="somebody's Applications make all their namespaces but one",
            files={
                "argocd/_bootstrap/a.yaml": _application(),
                "argocd/order/a.yaml": _ELSEWHERE + "\n---\n" + _CONFIG,
                "argocd/order/b.yaml": _NAMESPACE + "\n---\n" + _NAMESPACE.replace("shop", "test"),
            },
            at="ConfigMap/logs/order",
            pointer="/metadata/namespace",
            message="nothing makes the namespace logs, to which Application order applies ConfigMap/logs/order",
        ),
        Denied(
            name="somebody's namespace, but for a letter",
            files={
                "argocd/_bootstrap/a.yaml": _application(namespace="shopp"),
                "argocd/order/a.yaml": _CONFIG,
                "argocd/order/b.yaml": _NAMESPACE,
            },
            at="Application/argocd/order",
            pointer="/spec/destination/namespace",
            message="nothing makes the namespace shopp, to which Application order applies ConfigMap/shopp/order; did you mean shop?",
        ),
    )

    def targets(self, world: World) -> Iterable[Used]:
        """Every namespace of every Application that applies to the cluster of Argo CD."""
        for application, objects in owned(world).items():
            if not application.known or not application.is_here:
                continue
            first: dict[str, Owned] = {}
            for each in objects:
                if each.ref.namespace:
                    first.setdefault(each.ref.namespace, each)
            for name, owner in first.items():
                yield Used(application=application, name=name, first=owner)

    def judge(self, world: World, target: Used) -> Iterator[Outcome]:
        """Look for what makes it."""
        if target.name in _THERE or target.name == argo_namespace(world) or target.name in world.derived(_made):
            return
        first, *others = world.derived(_users)[instance(world, target.application), target.name]
        if first is not target.application:
            return
        near = world.derived(_names).like(target.name)
        owned_here = world.closed or world.derived(_only_lacking).get(instance(world, target.application)) == target.name
        if not near and not owned_here:
            yield self.undecided(target.application.manifest, f"what makes the namespace {target.name}")
            return
        more = f" (and {len(others)} more {'Applications apply' if len(others) > 1 else 'Application applies'} to it)" if others else ""
        what = f"nothing makes the namespace {target.name}, to which {target.application} applies {target.first.ref}{more}"
        destination = target.application.target
        written = target.first.manifest.root.get("metadata", "namespace")
        if target.name == destination or target.first.release is not None or written is None:
            node = target.application.spec.get("destination", "namespace") or target.application.spec
        else:
            node = written
        hint = f"; did you mean {near}?" if near else ""
        if not hint and target.name != destination and target.application.has("CreateNamespace=true"):
            hint = f"; CreateNamespace=true makes only {destination}"
        path = (str(target.application), str(target.first.ref), f"Namespace {target.name}")
        yield self.finding(node, what + hint, fix=f"write {near}" if near else "", path=path, subject=target.name)


def _users(world: World) -> Mapping[tuple[tuple[str, str], str], list[Application]]:
    """A namespace of an Argo CD → the Applications that apply to it."""
    found: defaultdict[tuple[tuple[str, str], str], list[Application]] = defaultdict(list)
    for application, objects in owned(world).items():
        if application.known and application.is_here:
            for name in {each.ref.namespace for each in objects}:
                found[instance(world, application), name].append(application)
    return {space: sorted(users, key=lambda user: (user.name, user.manifest.file)) for space, users in found.items()}


def _only_lacking(world: World) -> Mapping[tuple[str, str], str]:
    """An Argo CD whose Applications make their namespaces themselves, all but one: which that is."""
    used: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    own: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for application, objects in owned(world).items():
        here = instance(world, application)
        for each in objects:
            if each.ref.kind == "Namespace" and not each.ref.group and each.release is None:
                own[here].add(each.ref.name)
            if application.is_here and application.known and each.ref.namespace:
                used[here].add(each.ref.namespace)
    lacking = {here: spaces - world.derived(_made) - _THERE - {argo_namespace(world)} for here, spaces in used.items()}
    return {here: next(iter(spaces)) for here, spaces in lacking.items() if len(spaces) == 1 and len(own[here]) > 1}


def _made(world: World) -> frozenset[str]:
    """The namespaces that something makes."""
    found = {manifest.ref.name for manifest in whole(world).world.of("", "Namespace")}
    for application in applications(world):
        if application.has("CreateNamespace=true"):
            found.add(application.target)
    for each in world.of("project.openshift.io", "Project"):
        found.add(each.ref.name)
    return frozenset(found)


def _names(world: World) -> Names:
    return Names(manifest.ref.name for manifest in world.of("", "Namespace"))
