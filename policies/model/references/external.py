"""What the External Secrets Operator makes: which keys the Secret of an ExternalSecret has.

Source: https://github.com/external-secrets/external-secrets/blob/main/pkg/controllers/externalsecret/externalsecret_controller_template.go
(ApplyTemplate) and generators/v1/ (what each generator returns), read at 2.9.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.references.creator import EVERYWHERE, Creator, each, secret
from crema.policies.model.references.reference import EXTERNAL, GENERATORS, said
from crema.policies.model.world import World

_MADE_BY: Final[dict[str, frozenset[str]]] = {
    "ACRAccessToken": frozenset({"username", "password"}),
    "CloudsmithAccessToken": frozenset({"auth", "expiry"}),
    "ECRAuthorizationToken": frozenset({"username", "password", "proxy_endpoint", "expires_at"}),
    "GCRAccessToken": frozenset({"username", "password", "expiry"}),
    "GithubAccessToken": frozenset({"token"}),
    "GitlabDeployToken": frozenset({"username", "token"}),
    "Grafana": frozenset({"login", "token"}),
    "MFA": frozenset({"token", "timeLeft"}),
    "QuayAccessToken": frozenset({"registry", "auth", "expiry"}),
    "SSHKey": frozenset({"privateKey", "publicKey"}),
    "STSSessionToken": frozenset({"access_key_id", "expiration", "secret_access_key", "session_token"}),
    "UUID": frozenset({"uuid"}),
}
_SPECS: Final = "Spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A generator that an ExternalSecret names: the kind that makes the values, its settings and the object, where they are here."""

    kind: str
    spec: Node | None
    manifest: Manifest | None


def external_secret(manifest: Manifest) -> Node | None:
    """The `spec` of an ExternalSecret, or the one that a ClusterExternalSecret gives to those that it makes."""
    return manifest.root.get("spec", "externalSecretSpec") if manifest.ref.kind == "ClusterExternalSecret" else manifest.root.get("spec")


def generated_by(world: World, reference: Node, namespace: str) -> Generated:
    """The generator behind a `generatorRef`; that of a ClusterGenerator is inside it."""
    kind, name = reference.text("kind") or "", reference.text("name") or ""
    of_cluster = kind == "ClusterGenerator"
    manifest = world.get(Ref(group=GENERATORS, kind=kind, namespace="" if of_cluster else namespace, name=name))
    spec = manifest.root.get("spec") if manifest is not None else None
    if of_cluster and spec is not None:
        inner = next((node for key, node in spec.entries("generator") if key.endswith(_SPECS)), None)
        return Generated(kind=spec.text("kind") or "", spec=inner, manifest=manifest)
    return Generated(kind=kind, spec=spec, manifest=manifest)


def generated_keys(made: Generated) -> frozenset[str] | None:
    """The keys that a generator gives; None where nothing here says it."""
    if made.kind == "Password":
        named = [str(item.value) for item in made.spec.items("secretKeys")] if made.spec is not None else []
        return (frozenset(named) or frozenset({"password"})) if made.manifest is not None else None
    if made.kind == "Fake" and made.spec is not None:
        return frozenset(made.spec.texts("data"))
    if made.kind == "ECRAuthorizationToken" and made.spec is not None and made.spec.text("scope") == "public":
        return _MADE_BY[made.kind] - {"proxy_endpoint"}
    return _MADE_BY.get(made.kind)


def provided_keys(world: World, spec: Node, namespace: str) -> frozenset[str] | None:
    """The keys that stores and generators give an ExternalSecret, before its template; None where one is not known."""
    keys = {entry.text("secretKey") or "" for entry in spec.items("data")}
    for entry in spec.items("dataFrom"):
        generator = entry.get("sourceRef", "generatorRef")
        found = generated_keys(generated_by(world, generator, namespace)) if generator is not None else None
        if found is None or entry.items("rewrite"):
            return None
        keys |= found
    return frozenset(keys)


def made_keys(world: World, spec: Node, namespace: str) -> frozenset[str] | None:
    """The keys of the Secret itself: a template with data replaces what was provided, unless it is merged."""
    target = spec.get("target", "template")
    if target is None:
        return provided_keys(world, spec, namespace)
    if target.items("templateFrom"):
        return None
    written = frozenset(key for key, _ in target.entries("data"))
    if written and target.text("mergePolicy") != "Merge":
        return written
    provided = provided_keys(world, spec, namespace)
    return None if provided is None else provided | written


def external_creators(world: World) -> Iterator[Creator]:
    """The Secrets that ExternalSecrets make. With creationPolicy None or Merge, and of another kind than Secret, they make none."""

    def make(manifest: Manifest) -> Iterator[Creator]:
        spec = external_secret(manifest)
        policy = (spec.text("target", "creationPolicy") if spec is not None else None) or "Owner"
        if spec is None or policy in {"None", "Merge"} or spec.text("target", "manifest", "kind") not in {None, "", "Secret"}:
            return
        of_cluster = manifest.ref.kind == "ClusterExternalSecret"
        own = manifest.root.text("spec", "externalSecretName") or manifest.ref.name if of_cluster else manifest.ref.name
        name = spec.text("target", "name") or own
        for namespace in _namespaces(manifest) if of_cluster else (manifest.ref.namespace,):
            hops = (said(manifest.ref), *_origins(spec, namespace))
            keys = made_keys(world, spec, namespace)
            yield Creator(ref=secret(namespace, name), manifest=manifest, keys=keys, hops=hops)

    yield from each(world.of(EXTERNAL, "ExternalSecret", "ClusterExternalSecret"), make)


def _namespaces(manifest: Manifest) -> tuple[str, ...]:
    spec = manifest.root.get("spec")
    if spec is None or spec.get("namespaceSelector") is not None or spec.items("namespaceSelectors"):
        return (EVERYWHERE,)
    return tuple(str(node.value) for node in spec.items("namespaces")) or (EVERYWHERE,)


def _origins(spec: Node, namespace: str) -> tuple[str, ...]:
    """The generator or store that the values come from, as one hop."""
    for entry in spec.items("dataFrom"):
        generator = entry.get("sourceRef", "generatorRef")
        if generator is not None:
            kind, name = generator.text("kind") or "", generator.text("name") or ""
            return (said(Ref(group=GENERATORS, kind=kind, namespace="" if kind == "ClusterGenerator" else namespace, name=name)),)
    store = spec.get("secretStoreRef")
    if store is None or not store.text("name"):
        return ()
    kind = store.text("kind") or "SecretStore"
    return (said(Ref(group=EXTERNAL, kind=kind, namespace=namespace if kind == "SecretStore" else "", name=store.text("name") or "")),)
