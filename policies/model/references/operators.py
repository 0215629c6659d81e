"""Secrets that other operators make of their own kinds: each with the field that says how the Secret is called.

A kind that is not listed here may make Secrets, too: what begins with the name of such an object may be of its making.
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.pods import pod_templates
from crema.policies.model.references.creator import Creator, each, secret
from crema.policies.model.references.reference import SECRETS_STORE, said
from crema.policies.model.world import World

_NAMES: Final[dict[tuple[str, str], tuple[tuple[str, ...], ...]]] = {
    ("secrets.hashicorp.com", "VaultStaticSecret"): (("spec", "destination", "name"),),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): (("spec", "destination", "name"),),
    ("secrets.hashicorp.com", "VaultPKISecret"): (("spec", "destination", "name"),),
    ("ricoberger.de", "VaultSecret"): (("metadata", "name"),),
    ("onepassword.com", "OnePasswordItem"): (("metadata", "name"),),
    ("k8s.bitwarden.com", "BitwardenSecret"): (("spec", "secretName"),),
    ("secrets.infisical.com", "InfisicalSecret"): (("spec", "managedSecretReference", "secretName"),),
    ("secrets.doppler.com", "DopplerSecret"): (("spec", "managedSecret", "name"),),
    ("spv.no", "AzureKeyVaultSecret"): (("spec", "output", "secret", "name"),),
    ("kafka.strimzi.io", "KafkaUser"): (("metadata", "name"),),
    ("objectbucket.io", "ObjectBucketClaim"): (("metadata", "name"),),
    ("cert-manager.io", "Issuer"): (("spec", "acme", "privateKeySecretRef", "name"),),
}
_CERTIFICATE: Final = frozenset({"tls.crt", "tls.key", "ca.crt"})
_BY_CERT_MANAGER: Final = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme")
_PLAIN: Final = frozenset(
    {
        *("", "apps", "batch", "extensions", "autoscaling", "policy", "argoproj.io", "bitnami.com", "cert-manager.io", "keda.sh"),
        *("external-secrets.io", "generators.external-secrets.io", "monitoring.coreos.com", "traefik.io", "networking.istio.io"),
    }
)
"""Groups of which it is known what they make; that of Kubernetes itself ends in .k8s.io."""
_COPIED: Final = ("reflector.v1.k8s.emberstack.com/", "replicator.v1.mittwald.de/")
_NAMED_BY_ARGUMENT: Final = "--secret-name="


def operator_creators(world: World) -> Iterator[Creator]:
    """The Secrets of sealed secrets, certificates, drivers of stores, Jobs, and of the kinds in the list above."""
    yield from each(world.of("bitnami.com", "SealedSecret"), _sealed)
    yield from each(world.of("cert-manager.io", "Certificate"), _certificate)
    yield from each(world.of("networking.k8s.io", "Ingress"), _certified)
    yield from each(world.of("gateway.networking.k8s.io", "Gateway"), _certified)
    yield from each(world.of(SECRETS_STORE, "SecretProviderClass"), _synchronised)
    yield from each(world.of("isindir.github.com", "SopsSecret"), _encrypted)
    for group, kind in _NAMES:
        yield from each(world.of(group, kind), _by_field)
    yield from each(world.of("batch", "Job", "CronJob"), _by_job)


def _certificate(manifest: Manifest) -> Iterator[Creator]:
    more = manifest.root.get("spec", "keystores") is not None or manifest.root.items("spec", "additionalOutputFormats")
    yield from _one(manifest, manifest.root.text("spec", "secretName"), None if more else _CERTIFICATE)


def _synchronised(manifest: Manifest) -> Iterator[Creator]:
    """https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret"""
    for entry in manifest.root.items("spec", "secretObjects"):
        keys = frozenset(item.text("key") or "" for item in entry.items("data"))
        yield from _one(manifest, entry.text("secretName"), keys)


def _encrypted(manifest: Manifest) -> Iterator[Creator]:
    for entry in manifest.root.items("spec", "secretTemplates"):
        yield from _one(manifest, entry.text("name"), None)


def _by_field(manifest: Manifest) -> Iterator[Creator]:
    for way in _NAMES[manifest.ref.group, manifest.ref.kind]:
        yield from _one(manifest, manifest.root.text(*way), None)


def _one(manifest: Manifest, name: str | None, keys: frozenset[str] | None) -> Iterator[Creator]:
    if name:
        yield Creator(ref=secret(manifest.ref.namespace, name), manifest=manifest, keys=keys, hops=(said(manifest.ref),))


def _sealed(manifest: Manifest) -> Iterator[Creator]:
    """https://github.com/bitnami-labs/sealed-secrets: what is not encrypted may stand in the template."""
    encrypted = manifest.root.get("spec", "encryptedData")
    keys = {key for key, _ in encrypted.entries()} if encrypted is not None and isinstance(encrypted.value, dict) else set()
    keys |= {key for key, _ in manifest.root.entries("spec", "template", "data")}
    name = manifest.root.text("spec", "template", "metadata", "name") or manifest.ref.name
    yield from _one(manifest, name, frozenset(keys) if keys else None)


def _certified(manifest: Manifest) -> Iterator[Creator]:
    """Of an Ingress or Gateway with cert-manager's annotation the certificates' Secrets are made."""
    if not any(key.startswith(_BY_CERT_MANAGER) for key, _ in manifest.root.entries("metadata", "annotations")):
        return
    for entry in manifest.root.items("spec", "tls") if manifest.ref.kind == "Ingress" else ():
        yield from _one(manifest, entry.text("secretName"), _CERTIFICATE)
    for listener in manifest.root.items("spec", "listeners") if manifest.ref.kind == "Gateway" else ():
        for certificate in listener.items("tls", "certificateRefs"):
            yield from _one(manifest, certificate.text("name"), _CERTIFICATE)


def _by_job(manifest: Manifest) -> Iterator[Creator]:
    """A Job that is told how the Secret is called that it makes: that of a webhook's certificate, for one."""
    for pod in pod_templates(manifest):
        for container in pod.containers():
            for argument in (*container.items("command"), *container.items("args")):
                text = str(argument.value)
                if text.startswith(_NAMED_BY_ARGUMENT):
                    yield from _one(manifest, text.removeprefix(_NAMED_BY_ARGUMENT), None)


def owners(world: World) -> dict[str, tuple[str, ...]]:
    """Namespace → names of objects whose kinds are an operator's own."""
    found: dict[str, list[str]] = {}
    for manifest in world.manifests:
        group = manifest.ref.group
        if group not in _PLAIN and not group.endswith(".k8s.io") and manifest.ref.name:
            found.setdefault(manifest.ref.namespace, []).append(manifest.ref.name)
    return {namespace: tuple(names) for namespace, names in found.items()}


def writes_connection(world: World) -> Iterator[Creator]:
    """https://docs.crossplane.io/ : any kind may say where the Secret of its connection goes."""
    for manifest in world.manifests:
        spec = manifest.body.get("spec")
        target = spec.get("writeConnectionSecretToRef") if isinstance(spec, dict) else None
        if isinstance(target, dict) and isinstance(target.get("name"), str):
            space = target.get("namespace")
            ref = Ref(
                group="", kind="Secret", namespace=space if isinstance(space, str) else manifest.ref.namespace, name=str(target["name"])
            )
            yield Creator(ref=ref, manifest=manifest, hops=(said(manifest.ref),))


def is_copied(manifest: Manifest) -> bool:
    """Whether a controller copies this object into other namespaces."""
    return any(key.startswith(_COPIED) for key, _ in manifest.root.entries("metadata", "annotations"))
