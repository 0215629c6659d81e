"""The policy identity-pull-secret-is-one."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_TYPES = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}
_WAYS = {"Secret": ("type",), "ExternalSecret": ("spec", "target", "template", "type"), "SealedSecret": ("spec", "template", "type")}
_OF_TEKTON = "tekton.dev/"
"""https://tekton.dev/docs/pipelines/auth/: Tekton reads logins of other types from the same list."""
_POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: order, namespace: shop}
    spec: {imagePullSecrets: [{name: registry}], containers: [{name: order, image: registry.example.com/order:1}]}
    ---
"""
_SECRET = """
    apiVersion: v1
    kind: Secret
    metadata: {name: registry, namespace: shop}
    TYPE
    data: {KEY: e30=}
"""
_SEALED = """
    apiVersion: bitnami.com/v1alpha1
    kind: SealedSecret
    metadata: {name: registry, namespace: shop}
    spec: {encryptedData: {KEY: AgB}, template: {TYPE}}
"""


def _shop(made: str, kind: str = "type: kubernetes.io/dockerconfigjson", key: str = ".dockerconfigjson") -> str:
    return _POD + made.replace("TYPE", kind).replace("KEY", key)


class PullSecretIsOne(Policy[Reference]):
    """A Secret that is named as a pull secret is one: of the type, and with the key, that the kubelet reads.

    Why: a Secret of another type is passed over in silence, and the image is pulled without credentials: ImagePullBackOff.
    Fix: give the Secret type kubernetes.io/dockerconfigjson and the key .dockerconfigjson; an ExternalSecret or a SealedSecret says the
    type in its template
    Source: https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets
    """

    id = "identity-pull-secret-is-one"
    basis = "breaks"
    allowed = (
        Example(name="of the type, with the key", manifests=_shop(_SECRET)),
        Example(name="the older type", manifests=_shop(_SECRET, "type: kubernetes.io/dockercfg", ".dockercfg")),
        Example(name="a SealedSecret whose template says the type", manifests=_shop(_SEALED)),
        Example(name="one that is not here", manifests=_POD),
    )
    denied = (
        Denied(
            name="no type is written",
            manifests=_shop(_SECRET, "immutable: false"),
            at="Pod/shop/order",
            pointer="/spec/imagePullSecrets/0/name",
            message="Pod shop/order imagePullSecrets names Secret shop/registry, which is of type Opaque: "
            "the kubelet passes it over; it takes kubernetes.io/dockerconfigjson",
        ),
        Denied(
            name="a SealedSecret without the type",
            manifests=_shop(_SEALED, "type: Opaque"),
            at="Pod/shop/order",
            pointer="/spec/imagePullSecrets/0/name",
            message="Pod shop/order imagePullSecrets names Secret shop/registry, which is of type Opaque: "
            "the kubelet passes it over; it takes kubernetes.io/dockerconfigjson",
        ),
        Denied(
            name="another key",
            manifests=_shop(_SECRET, key="config.json"),
            at="Pod/shop/order",
            pointer="/spec/imagePullSecrets/0/name",
            message="Pod shop/order imagePullSecrets names Secret shop/registry, which has config.json and not .dockerconfigjson",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every pull secret that a pod or an account names."""
        return (each for each in references_to(world, "Secret") if each.by.endswith("imagePullSecrets"))

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """The type and the keys, as far as what makes it says them. Of several makers one that fits is enough."""
        by = made(world, target).by
        whys = [(creator.manifest, _why_not(creator.manifest, creator.keys)) for creator in by if creator.manifest is not None]
        if whys and all(why for _, why in whys):
            maker, why = whys[0]
            related = [Related(manifest=maker, pointer="", note="makes it")] if maker is not None else []
            yield self.finding(target.place, f"{target.by} names {target.what}, {why}", path=hops(target, by), related=related)


def _why_not(manifest: Manifest, keys: frozenset[str] | None) -> str:
    """Why what a manifest is or makes is no pull secret; empty where it is one, or does not say it."""
    way = _WAYS.get(manifest.ref.kind)
    if way is None or any(key.startswith(_OF_TEKTON) for key, _ in manifest.root.entries("metadata", "annotations")):
        return ""
    kind = manifest.root.text(*way) or "Opaque"
    if kind not in _TYPES:
        return f"which is of type {kind}: the kubelet passes it over; it takes kubernetes.io/dockerconfigjson"
    if keys is not None and _TYPES[kind] not in keys:
        return f"which has {', '.join(sorted(keys)) or 'no key'} and not {_TYPES[kind]}"
    return ""
