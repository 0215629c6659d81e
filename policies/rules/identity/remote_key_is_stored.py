"""The policy identity-remote-key-is-stored."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.references.creator import secret
from crema.policies.model.references.creators import creators
from crema.policies.model.references.external import external_secret
from crema.policies.model.references.reference import EXTERNAL, said
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_AWS = "aws: {service: SecretsManager, region: eu-west-1}"
_SHOP = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: mysql-secret, namespace: shop}
    spec:
      secretStoreRef: {name: store}
      data: [{secretKey: password, remoteRef: {key: KEY, property: PROPERTY}}]
    ---
    apiVersion: external-secrets.io/v1
    kind: SecretStore
    metadata: {name: store, namespace: shop}
    spec: {provider: {PROVIDER}}
    ---
"""
_HELD = {"stored_secrets": {"shop/mysql": {"properties": ["password", "root"]}}}
_COPIED = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: source, namespace: vault}
    spec: {secretStoreRef: {name: elsewhere}, data: [{secretKey: password, remoteRef: {key: a}}]}
    ---
"""


def _shop(key: str, prop: str, provider: str = _AWS) -> str:
    return _SHOP.replace("KEY", key).replace("PROPERTY", prop).replace("PROVIDER", provider)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A key that an ExternalSecret reads from a store. place: its `remoteRef` or `extract`. store: what it reads from."""

    place: Node
    store: Manifest

    def __str__(self) -> str:
        """The ExternalSecret and the key."""
        return f"{self.place.manifest} {self.place.text('key')}"


class RemoteKeyIsStored(Policy[Remote]):
    """What an ExternalSecret reads from a store is there: by what facts say of the store, or by what the store itself says.

    Why: of a key or property that the store does not have the operator makes no Secret (SecretSyncedError), and every pod waits.
    Fix: read a key that the store has, or put it there and say so (`stored_secrets` of the facts)
    Source: https://external-secrets.io/latest/api/externalsecret/

    Of a store of the kind `fake` the values stand in the store; one of the kind `kubernetes` reads Secrets of another namespace.
    """

    id = "identity-remote-key-is-stored"
    basis = "breaks"
    allowed = (
        Example(name="a fact says that it is there", manifests=_shop("shop/mysql", "password"), closed=True, facts=_HELD),
        Example(
            name="a store that says itself what it has",
            manifests=_shop("shop/mysql", "password", 'fake: {data: [{key: shop/mysql, value: \'{"password": "CHANGEME"}\'}]}'),
        ),
        Example(
            name="a Secret of another namespace",
            manifests=_shop("source", "password", "kubernetes: {remoteNamespace: vault}") + _COPIED,
        ),
        Example(name="a store of which nothing is known", manifests=_shop("shop/mysql", "password")),
    )
    denied = (
        Denied(
            name="another property, and another key",
            manifests=_shop("shop/mysql", "passwd") + _shop("shop/mysqls", "password").replace("mysql-secret", "mysql-root"),
            closed=True,
            facts=_HELD,
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/data/0/remoteRef/property",
            message="ExternalSecret shop/mysql-secret reads passwd of shop/mysql from SecretStore shop/store, which has "
            "password, root there; did you mean password?",
            also=(
                Pinned(
                    at="ExternalSecret/shop/mysql-root",
                    pointer="/spec/data/0/remoteRef/key",
                    message="ExternalSecret shop/mysql-root reads shop/mysqls from SecretStore shop/store, which does not have it; "
                    "did you mean shop/mysql?",
                ),
            ),
        ),
        Denied(
            name="a key that the store itself does not have",
            manifests=_shop("shop/root", "password", "fake: {data: [{key: shop/mysql, value: CHANGEME}]}"),
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/data/0/remoteRef/key",
            message="ExternalSecret shop/mysql-secret reads shop/root from SecretStore shop/store, which does not have it; "
            "did you mean shop/mysql?",
        ),
        Denied(
            name="another key of the Secret that is copied",
            manifests=_shop("source", "passwd", "kubernetes: {remoteNamespace: vault}") + _COPIED,
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/data/0/remoteRef/property",
            message="ExternalSecret shop/mysql-secret reads passwd of source from SecretStore shop/store, which has password there; "
            "did you mean password?",
        ),
    )

    def targets(self, world: World) -> Iterable[Remote]:
        """Every key that is read from a store that is here."""
        every = whole(world).world
        for manifest in world.of(EXTERNAL, "ExternalSecret"):
            spec = external_secret(manifest)
            for entry in (*spec.items("data"), *spec.items("dataFrom")) if spec is not None else ():
                place = entry.get("remoteRef") or entry.get("extract")
                store = _store(every, entry.get("sourceRef", "storeRef") or (spec.get("secretStoreRef") if spec else None), manifest)
                if place is not None and store is not None and place.text("key"):
                    yield Remote(place=place, store=store)

    def judge(self, world: World, target: Remote) -> Iterator[Outcome]:
        """Whether the store has the key, and there the property."""
        key, prop = target.place.text("key") or "", target.place.text("property") or ""
        held = _held(world, target.store, key)
        who = said(target.place.manifest.ref)
        if held is None:
            # Somebody's store is always elsewhere; only of ours the facts can say what is in it.
            if world.ours:
                yield self.undecided(target.place.manifest, f"stored_secrets: whether {said(target.store.ref)} has {key}")
        elif key not in held:
            message = f"{who} reads {key} from {said(target.store.ref)}, which does not have it{nearest(key, held)}"
            place = target.place.get("key") or target.place
            yield self.finding(place, message, path=(who, said(target.store.ref), key), subject=key)
        else:
            there = held[key]
            if prop and there is not None and prop not in there and prop.partition(".")[0] not in there:
                has = ", ".join(sorted(there)) or "one text and no properties"
                message = f"{who} reads {prop} of {key} from {said(target.store.ref)}, which has {has} there{nearest(prop, there)}"
                place = target.place.get("property") or target.place
                yield self.finding(place, message, path=(who, said(target.store.ref), f"{key} {prop}"), subject=f"{key} {prop}")


def _store(world: World, reference: Node | None, manifest: Manifest) -> Manifest | None:
    if reference is None:
        return None
    kind = reference.text("kind") or "SecretStore"
    namespace = manifest.ref.namespace if kind == "SecretStore" else ""
    return world.get(Ref(group=EXTERNAL, kind=kind, namespace=namespace, name=reference.text("name") or ""))


def _held(world: World, store: Manifest, key: str) -> Mapping[str, frozenset[str] | None] | None:
    """The keys of a store with the properties that each has, None where those are not known; None for a store of which nothing is known.

    Of the Secrets of another namespace only the one that is asked for.
    """
    fake, kubernetes = store.root.get("spec", "provider", "fake"), store.root.get("spec", "provider", "kubernetes")
    if fake is not None:
        return {entry.text("key") or "": _properties(entry) for entry in fake.items("data")}
    if kubernetes is not None:
        remote = kubernetes.text("server", "url")
        namespace = kubernetes.text("remoteNamespace") or "default"
        by = creators(whole(world).world).of(secret(namespace, key), anywhere=False) if not remote else ()
        keys = [creator.keys for creator in by]
        return {key: None if None in keys else frozenset(one for each in keys for one in each or ())} if by else None
    told: Any = fact(world.facts, "stored_secrets")
    return {name: frozenset(each.get("properties", ())) for name, each in told.items()} if told else None


def _properties(entry: Node) -> frozenset[str] | None:
    """The properties of a value that is a JSON object."""
    try:
        value = json.loads(entry.text("value") or "")
    except ValueError:
        return frozenset()
    return frozenset(value) if isinstance(value, dict) else frozenset()
