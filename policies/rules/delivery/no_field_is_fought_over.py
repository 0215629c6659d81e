"""The policy delivery-no-field-is-fought-over."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application
from crema.policies.model.delivery.owners import Owned, instance, owners
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_INJECTED: Final = ("cert-manager.io/inject-ca-from", "cert-manager.io/inject-ca-from-secret", "cert-manager.io/inject-apiserver-ca")
_WEBHOOKS: Final = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def _application(more: str = "") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: order, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: shop/order, directory: {{recurse: true}}}}
          syncPolicy: {{automated: {{selfHeal: true}}}}{more}
    """


def _files(replicas: str = "", more: str = "") -> dict[str, str]:
    deployment = (
        f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: order, namespace: shop}}, spec: {{{replicas}template: {{}}}}}}"
    )
    scaler = """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: order, namespace: shop}
        spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: order}}
    """
    return {"shop/_bootstrap/a.yaml": _application(more), "shop/order/a.yaml": deployment, "shop/order/b.yaml": scaler}


_IGNORED = """
          ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A field that git says and a controller writes. `who`: the controller's object; `paths`: how an Application names it to ignore it."""

    node: Node
    who: Manifest
    what: str
    fix: str
    paths: tuple[str, ...]


class NoFieldIsFoughtOver(Policy[Manifest]):
    """A field that a controller writes is not written in git too: replicas under an autoscaler, the certificate of a webhook.

    Why: Argo CD sets it back at each sync, and with selfHeal within seconds: a Deployment that was scaled up under load loses its pods at
    once, a webhook its certificate, again and again. (A Secret with two makers: identity-secret-has-one-creator.)
    Fix: leave the field out of the manifest.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/best_practices/#leaving-room-for-imperativeness
    """

    id = "delivery-no-field-is-fought-over"
    basis = "breaks"
    allowed = (
        Example(name="an autoscaler, and no replicas", files=_files(), closed=True),
        Example(name="replicas that Argo CD is told to ignore", files=_files("replicas: 2, ", _IGNORED), closed=True),
        Example(
            name="an autoscaler of another Deployment",
            files={**_files("replicas: 2, "), "shop/order/b.yaml": _files()["shop/order/b.yaml"].replace("name: order}}", "name: tea}}")},
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="an autoscaler and replicas",
            files=_files("replicas: 2, "),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/replicas",
            message="replicas 2 of Deployment/shop/order is written in git, and HorizontalPodAutoscaler/shop/order writes it too; "
            "Application order sets it back within seconds (selfHeal)",
        ),
        Denied(
            name="differences of another kind are ignored",
            files=_files("replicas: 2, ", _IGNORED.replace("kind: Deployment", "kind: StatefulSet")),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/replicas",
            message="replicas 2 of Deployment/shop/order is written in git, and HorizontalPodAutoscaler/shop/order writes it too; "
            "Application order sets it back within seconds (selfHeal)",
        ),
        Denied(
            name="a certificate that cert-manager injects",
            files={
                "shop/_bootstrap/a.yaml": _application(),
                "shop/order/a.yaml": """
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: ValidatingWebhookConfiguration
                    metadata: {name: shop-order, annotations: {cert-manager.io/inject-ca-from: shop/order}}
                    webhooks: [{name: a.shop.example.com, clientConfig: {caBundle: Q0E=}}]
                """,
            },
            closed=True,
            at="ValidatingWebhookConfiguration/shop-order",
            pointer="/webhooks/0/clientConfig/caBundle",
            message="caBundle of ValidatingWebhookConfiguration/shop-order is written in git, and cert-manager writes it too "
            "(cert-manager.io/inject-ca-from); Application order sets it back within seconds (selfHeal)",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Everything with replicas, and every configuration of webhooks."""
        yield from (manifest for manifest in world.manifests if _has_replicas(manifest))
        yield from world.of("admissionregistration.k8s.io", *_WEBHOOKS)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Whether something else writes what is written, and an Application sets it back."""
        owner = next(iter(owners(world).get(target, ())), None)
        if owner is None:
            return
        for shared in (*_scaled(world, owner), *_injected(target)):
            if _ignores(owner.application, owner.ref, shared.paths) or _all_ignore(world, owner.ref, shared.paths):
                continue
            automated = owner.application.automated
            heals = automated is not None and automated.flag("selfHeal") is True
            what = f"{shared.what}; {owner.application} sets it back {'within seconds (selfHeal)' if heals else 'at each sync'}"
            there = Related(manifest=shared.who, pointer="", note="writes it too")
            path = (str(owner.application), str(owner.ref), str(shared.who))
            yield self.finding(shared.node, what, fix=shared.fix, path=path, related=(there,))


def _scaled(world: World, owner: Owned) -> Iterator[Shared]:
    """The replicas of what an autoscaler of the same Argo CD scales."""
    node = owner.manifest.root.get("spec", "replicas") if _has_replicas(owner.manifest) else None
    here = instance(world, owner.application)
    for scaler in world.derived(_scalers).get(owner.ref, ()) if node is not None else ():
        if node is not None and any(instance(world, each.application) == here for each in owners(world).get(scaler, ())):
            what = f"replicas {node.value} of {owner.manifest} is written in git, and {scaler} writes it too"
            yield Shared(node=node, who=scaler, what=what, fix="take spec.replicas out", paths=("/spec/replicas", ".spec.replicas"))


def _scalers(world: World) -> Mapping[Ref, list[Manifest]]:
    """What is scaled → the autoscalers that do it."""
    found: defaultdict[Ref, list[Manifest]] = defaultdict(list)
    for scaler in (*world.of("autoscaling", "HorizontalPodAutoscaler"), *world.of("keda.sh", "ScaledObject")):
        reference = scaler.root.get("spec", "scaleTargetRef")
        if reference is not None:
            group = (reference.text("apiVersion") or "apps/v1").rpartition("/")[0]
            kind, name = reference.text("kind") or "Deployment", reference.text("name") or ""
            space = next((owner.ref.namespace for owner in owners(world).get(scaler, ())), scaler.ref.namespace)
            found[Ref(group=group, kind=kind, namespace=space, name=name)].append(scaler)
    return found


def _has_replicas(manifest: Manifest) -> bool:
    spec = manifest.body.get("spec")
    return isinstance(spec, dict) and spec.get("replicas") is not None


def _injected(manifest: Manifest) -> Iterator[Shared]:
    """The certificates of webhooks into which cert-manager writes."""
    notes = manifest.root.get("metadata", "annotations") if manifest.ref.kind in _WEBHOOKS else None
    note = next((key for key in _INJECTED if notes is not None and notes.get(key) is not None), "")
    for webhook in manifest.root.items("webhooks") if note else ():
        bundle = webhook.get("clientConfig", "caBundle")
        if bundle is not None and bundle.value:
            what = f"caBundle of {manifest} is written in git, and cert-manager writes it too ({note})"
            paths = (bundle.pointer, ".webhooks[]?.clientConfig.caBundle", ".webhooks[].clientConfig.caBundle")
            yield Shared(node=bundle, who=manifest, what=what, fix="take caBundle out", paths=paths)


def _ignores(application: Application, ref: Ref, paths: tuple[str, ...]) -> bool:
    """Whether an Application says that it leaves a field of an object alone."""
    for rule in application.spec.items("ignoreDifferences"):
        kind, group = rule.text("kind") or "*", rule.text("group") or ""
        named = (rule.text("name") or ref.name, rule.text("namespace") or ref.namespace)
        if kind not in {"*", ref.kind} or group not in {"*", ref.group} or named != (ref.name, ref.namespace):
            continue
        said = {str(item.value) for key in ("jsonPointers", "jqPathExpressions") for item in rule.items(key)}
        if rule.items("managedFieldsManagers") or any(path.startswith(one.rstrip("/")) for one in said for path in paths):
            return True
    return False


def _all_ignore(world: World, ref: Ref, paths: tuple[str, ...]) -> bool:
    """Whether Argo CD's own configuration leaves it alone, for every Application."""
    keys = {"resource.customizations.ignoreDifferences.all", f"resource.customizations.ignoreDifferences.{ref.group}_{ref.kind}"}
    for manifest in world.derived(_configurations):
        data = manifest.root.get("data")
        texts = data.texts() if data is not None else {}
        if any(path in texts.get(key, "") for key in keys for path in paths) or any(
            "managedFieldsManagers" in texts.get(key, "") for key in keys
        ):
            return True
    return False


def _configurations(world: World) -> tuple[Manifest, ...]:
    return tuple(manifest for manifest in whole(world).world.of("", "ConfigMap") if manifest.ref.name == "argocd-cm")
