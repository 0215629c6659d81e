"""The policy delivery-automation-loses-nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, applications, options_of
from crema.policies.model.delivery.owners import Owned, owned, owners
from crema.policies.model.delivery.scopes import defines
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World

_ASKED: Final = frozenset({"Prune=false", "Prune=confirm"})
_KEPT: Final = frozenset({"Delete=false", "Delete=confirm"})
_HOLD: Final = {
    ("", "Namespace"): "everything in it",
    ("", "PersistentVolumeClaim"): "its data",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "every object of its kind",
}


def _application(name: str = "order", path: str = "shop/order", more: str = "", policy: str = "automated: {prune: true}") -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd{more}}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: {path}, directory: {{recurse: true}}}}
          syncPolicy: {{{policy}}}
    """
    place = "shop/_bootstrap" if name == "root" else "shop/_root"
    return {f"{place}/{name}.yaml": text}


def _claim(options: str = "") -> dict[str, str]:
    note = f", annotations: {{argocd.argoproj.io/sync-options: '{options}'}}" if options else ""
    text = f"{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data, namespace: shop{note}}}}}"
    return {"shop/order/claim.yaml": text}


_ROOT = _application("root", "shop/_root")
_CASCADE = ", finalizers: [resources-finalizer.argocd.argoproj.io/background]"
_CONFIG = {"shop/order/config.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: order, namespace: shop}}"}
_AT = "Application/argocd/order"


class AutomationLosesNothing(Policy[Application]):
    """Nothing that Argo CD does by itself empties an Application, takes data with it, or makes anew what holds data.

    Why: with allowEmpty a wrong path or a bad merge prunes everything. An Application with the finalizer that is pruned itself (its file
    was renamed, the root's path is wrong) takes all its objects along: claims with their data, namespaces with all in them, definitions
    with every object of their kind. Force deletes what cannot be changed and makes it anew, empty.
    Fix: take the finalizer out and ask before pruning: argocd.argoproj.io/sync-options: Prune=confirm.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/
    """

    id = "delivery-automation-loses-nothing"
    basis = "breaks"
    allowed = (
        Example(name="the finalizer, where nothing holds data", files={**_ROOT, **_application(more=_CASCADE), **_CONFIG}, closed=True),
        Example(
            name="the finalizer, and the claim is kept",
            files={**_ROOT, **_application(more=_CASCADE), **_claim("Prune=false,Delete=false")},
            closed=True,
        ),
        Example(
            name="data without the finalizer, and its Application is only pruned by a person",
            files={
                **_ROOT,
                **_application(more=", annotations: {argocd.argoproj.io/sync-options: Prune=confirm}"),
                **_claim(),
            },
            closed=True,
        ),
        Example(name="the finalizer, where no Application prunes this one", files={**_application(more=_CASCADE), **_claim()}),
        Example(name="allowEmpty without pruning", files={**_application(policy="automated: {allowEmpty: true}"), **_CONFIG}),
    )
    denied = (
        Denied(
            name="it may be emptied",
            files={**_application(policy="automated: {prune: true, allowEmpty: true}"), **_CONFIG},
            at=_AT,
            pointer="/spec/syncPolicy/automated/allowEmpty",
            message="allowEmpty with prune: when shop/order reads as empty, everything of Application order is deleted",
        ),
        Denied(
            name="the finalizer, under a root that prunes, over a claim",
            files={**_ROOT, **_application(more=_CASCADE), **_claim()},
            closed=True,
            at=_AT,
            pointer="/metadata/finalizers/0",
            message="when Application root prunes Application order, PersistentVolumeClaim/shop/data goes too, and with it its data",
        ),
        Denied(
            name="a claim that is deleted and made anew",
            files={**_application(policy="automated: {}, syncOptions: [Replace=true, Force=true]"), **_claim()},
            at=_AT,
            pointer="/spec/syncPolicy/syncOptions/1",
            message="Force=true deletes PersistentVolumeClaim/shop/data and makes it anew when it cannot be changed, "
            "and with it goes its data",
        ),
        Denied(
            name="a claim that is replaced",
            files={**_application(), **_claim("Replace=true")},
            at="PersistentVolumeClaim/shop/data",
            pointer="/metadata/annotations/argocd.argoproj.io~1sync-options",
            message="Replace=true on PersistentVolumeClaim/shop/data: a claim that is bound cannot be replaced, so each sync of it fails",
        ),
        Denied(
            name="a set of Applications that goes when its folders do",
            files={
                "shop/_bootstrap/set.yaml": """
                    apiVersion: argoproj.io/v1alpha1
                    kind: ApplicationSet
                    metadata: {name: teams, namespace: argocd}
                    spec:
                      generators: [{git: {repoURL: https://git.example.com/platform, directories: [{path: 'teams/*'}]}}]
                      template:
                        metadata: {name: '{{path.basename}}'}
                        spec:
                          destination: {server: https://kubernetes.default.svc, namespace: shop}
                          source: {repoURL: https://git.example.com/platform, path: '{{path}}'}
                """,
            },
            closed=True,
            at="ApplicationSet/argocd/teams",
            pointer="/spec/generators/0/git",
            message="when the pattern takes nothing, every Application of ApplicationSet teams is deleted with all that it applied",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application, and every set of them."""
        return applications(world)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """Emptied, pruned with all that it has, made anew."""
        automated = target.automated
        from_files = any(not source.is_chart for source in target.sources)
        if from_files and automated is not None and automated.flag("prune") and automated.flag("allowEmpty"):
            what = f"allowEmpty with prune: when {_paths(target)} reads as empty, everything of {target} is deleted"
            node = automated.get("allowEmpty") or automated
            yield self.finding(node, what, fix="take allowEmpty out")
        held = [each for each in owned(world)[target] if _holds(world, each)]
        if not target.made:
            yield from self._cascade(world, target, held)
        elif world.closed:
            yield from self._set(target)
        yield from self._anew(target, held)

    def _cascade(self, world: World, target: Application, held: list[Owned]) -> Iterator[Outcome]:
        """The finalizer, where another Application may prune this one unasked."""
        finalizer = target.cascades
        if finalizer is None or _ASKED & options_of(target.manifest):
            return
        above = next((owner.application for owner in owners(world).get(target.manifest, ()) if _prunes(owner.application)), None)
        lost = [each for each in held if not _KEPT & options_of(each.manifest)]
        if above is None or above is target or not lost:
            return
        first = lost[0]
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        what = f"when {above} prunes {target}, {first.ref}{more} goes too, and with it {_HOLD[first.ref.group, first.ref.kind]}"
        there = Related(manifest=first.at().manifest, pointer=first.at().pointer, note="goes too")
        yield self.finding(finalizer, what, path=(str(above), str(target), str(first.ref)), related=(there,))

    def _anew(self, target: Application, held: list[Owned]) -> Iterator[Outcome]:
        """Force and Replace on what holds data."""
        for each in held:
            if each.release is not None:
                continue
            own = options_of(each.manifest)
            place = target.options.get("Force=true")
            if place is not None or "Force=true" in own:
                lost = _HOLD[each.ref.group, each.ref.kind]
                what = f"Force=true deletes {each.ref} and makes it anew when it cannot be changed, and with it goes {lost}"
                yield self.finding(place or _annotation(each.manifest), what, fix="take Force=true out", subject=str(each.ref))
            elif each.ref.kind == "PersistentVolumeClaim" and (target.has("Replace=true") or "Replace=true" in own):
                what = f"Replace=true on {each.ref}: a claim that is bound cannot be replaced, so each sync of it fails"
                node = target.options.get("Replace=true") or _annotation(each.manifest)
                yield self.finding(node, what, fix="take Replace=true out", subject=str(each.ref))

    def _set(self, target: Application) -> Iterator[Outcome]:
        """A set whose Applications come from what is found in git: nothing found, nothing left."""
        spec = target.manifest.root.get("spec")
        policy = spec.get("syncPolicy") if spec is not None else None
        if spec is None or (policy is not None and (policy.flag("preserveResourcesOnDeletion") or _only_makes(policy))):
            return
        for generator in spec.items("generators"):
            git = generator.get("git")
            if git is not None:
                who = f"every Application of ApplicationSet {target.manifest.ref.name}"
                what = f"when the pattern takes nothing, {who} is deleted with all that it applied"
                yield self.finding(git, what, fix="write syncPolicy.preserveResourcesOnDeletion: true", severity="warning")


def _only_makes(policy: Node) -> bool:
    return policy.text("applicationsSync") in {"create-only", "create-update"}


def _holds(world: World, each: Owned) -> bool:
    """Whether data goes with an object: a claim; a namespace or a definition on which what other Applications hold depends."""
    if (each.ref.group, each.ref.kind) not in _HOLD:
        return False
    if each.ref.kind == "PersistentVolumeClaim":
        return True
    others = world.derived(_depending).get(defines(each.manifest) or each.ref.name, frozenset())
    return bool(others - {each.application})


def _depending(world: World) -> Mapping[str | tuple[str, str], frozenset[Application]]:
    """A namespace, and a group and kind → the Applications with objects in it, or of it."""
    found: defaultdict[str | tuple[str, str], set[Application]] = defaultdict(set)
    for application, objects in owned(world).items():
        found[application.target].add(application)
        for each in objects:
            found[each.ref.group, each.ref.kind].add(application)
            if each.ref.namespace:
                found[each.ref.namespace].add(application)
    return {key: frozenset(each) for key, each in found.items()}


def _prunes(application: Application) -> bool:
    return application.automated is not None and application.automated.flag("prune") is True


def _annotation(manifest: Manifest) -> Node:
    return manifest.root.get("metadata", "annotations", "argocd.argoproj.io/sync-options") or manifest.root


def _paths(target: Application) -> str:
    return ", ".join(source.path or source.chart for source in target.sources) or "its source"
