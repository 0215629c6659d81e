"""The policy identity-external-secret-has-a-source."""

import re
from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.references.every import references
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import EXTERNAL, GENERATORS, Reference
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_STORED = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: mysql-secret, namespace: shop}
    spec: {secretStoreRef: {STORE}, data: [{secretKey: password, remoteRef: {key: shop/mysql}}]}
    ---
"""
_STORE = """
    apiVersion: external-secrets.io/v1
    kind: KIND
    metadata: {name: vault, NAMESPACE}
    spec: {provider: {fake: {data: []}}, CONDITIONS}
    ---
"""
_GENERATED = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: mysql-secret, namespace: shop}
    spec: {dataFrom: [{sourceRef: {generatorRef: {apiVersion: VERSION, kind: KIND, name: NAME}}}]}
    ---
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: Password
    metadata: {name: mysql, namespace: shop}
    spec: {length: 32}
    ---
"""

_CONDITIONS = "conditions: [{namespaces: [monitoring]}, {namespaceRegexes: ['^data']}]"


def _store(kind: str = "SecretStore", namespace: str = "namespace: shop", conditions: str = "") -> str:
    return _STORE.replace("KIND", kind).replace("NAMESPACE", namespace).replace("CONDITIONS", conditions)


def _generated(name: str = "mysql", kind: str = "Password", version: str = f"{GENERATORS}/v1alpha1") -> str:
    return _GENERATED.replace("NAME", name).replace("kind: KIND", f"kind: {kind}").replace("VERSION", version)


class ExternalSecretHasASource(Policy[Reference]):
    """The store or generator of every ExternalSecret exists, in its namespace or for the whole cluster, and lets that namespace in.

    Why: without its source the operator makes no Secret (SecretSyncedError), and every pod that reads it waits.
    Fix: name the store or generator that is there, with its kind; of another namespace only those of the whole cluster can be used.
    Source: https://external-secrets.io/latest/api/externalsecret/
    """

    id = "identity-external-secret-has-a-source"
    basis = "breaks"
    allowed = (
        Example(name="a store of the same namespace", manifests=_STORED.replace("STORE", "name: vault") + _store(), closed=True),
        Example(
            name="a store of the whole cluster that lets this namespace in by a pattern",
            manifests=_STORED.replace("STORE", "name: vault, kind: ClusterSecretStore")
            + _store("ClusterSecretStore", "a: b", "conditions: [{namespaces: [data]}, {namespaceRegexes: ['^sho.*']}]"),
            closed=True,
        ),
        Example(name="a generator", manifests=_generated(), closed=True),
        Example(name="a store that somebody's directory does not have", manifests=_STORED.replace("STORE", "name: aws")),
    )
    denied = (
        Denied(
            name="a generator of another name",
            manifests=_generated(name="mysqldb"),
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/dataFrom/0/sourceRef/generatorRef/name",
            message="ExternalSecret shop/mysql-secret generatorRef names Password shop/mysqldb, which nothing makes; did you mean mysql?",
        ),
        Denied(
            name="a generator of a kind that there is none of, and a group that is no generator's",
            manifests=_generated(kind="Passwords") + _generated(version="external-secrets.io/v1").replace("mysql-secret", "mysql-root"),
            closed=True,
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/dataFrom/0/sourceRef/generatorRef/name",
            message="ExternalSecret shop/mysql-secret generatorRef names Passwords shop/mysql, which nothing makes",
            also=(
                Pinned(
                    at="ExternalSecret/shop/mysql-root",
                    pointer="/spec/dataFrom/0/sourceRef/generatorRef/apiVersion",
                    message="ExternalSecret shop/mysql-root generatorRef looks for a generator in the API group "
                    "external-secrets.io; all of them are in generators.external-secrets.io",
                ),
            ),
        ),
        Denied(
            name="a store of the cluster named as one of the namespace",
            manifests=_STORED.replace("STORE", "name: vault") + _store("ClusterSecretStore", "a: b"),
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/secretStoreRef",
            message="ExternalSecret shop/mysql-secret secretStoreRef names SecretStore shop/vault, which nothing makes; "
            "there is a ClusterSecretStore vault: write its kind",
        ),
        Denied(
            name="a store of another namespace",
            manifests=_STORED.replace("STORE", "name: vault") + _store(namespace="namespace: external-secrets"),
            closed=True,
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/secretStoreRef/name",
            message="ExternalSecret shop/mysql-secret secretStoreRef names SecretStore shop/vault, which nothing makes; "
            "one of that name is made in namespace external-secrets",
        ),
        Denied(
            name="a store of the cluster that does not let this namespace in",
            manifests=_STORED.replace("STORE", "name: vault, kind: ClusterSecretStore") + _store("ClusterSecretStore", "a: b", _CONDITIONS),
            at="ExternalSecret/shop/mysql-secret",
            pointer="/spec/secretStoreRef/name",
            message="ExternalSecret shop/mysql-secret secretStoreRef names ClusterSecretStore vault, whose conditions do not let namespace "
            "shop in",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference of an ExternalSecret to a store or a generator."""
        for reference in references(world):
            field = reference.by.rpartition(" ")[2]
            ours = reference.manifest.ref.group == EXTERNAL
            if ours and (reference.strange is not None or field in {"secretStoreRef", "generatorRef"}):
                yield reference

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether it is there, under that kind, and open to this namespace."""
        if target.strange is not None:
            raise target.strange
        ref, every = target.ref, whole(world).world
        above = _above(target.place)
        if target.by.endswith("generatorRef") and ref.group != GENERATORS:
            message = f"{target.by} looks for a generator in the API group {ref.group}; all of them are in {GENERATORS}"
            yield self.finding(above.get("apiVersion") or above, message, path=hops(target))
            return
        answer = made(world, target)
        found = next((creator.manifest for creator in answer.by if creator.manifest is not None), None)
        if found is not None and found.ref.kind == "ClusterSecretStore" and target.manifest.ref.kind == "ExternalSecret":
            if _lets_in(every, found, target.manifest.ref.namespace) is False:
                message = f"{target.by} names {target.what}, whose conditions do not let namespace {target.manifest.ref.namespace} in"
                yield self.finding(target.place, message, path=hops(target))
        elif not answer.by:
            said = f"{target.by} names {target.what}, which nothing makes"
            other = {"SecretStore": "ClusterSecretStore", "ClusterSecretStore": "SecretStore"}.get(ref.kind, "")
            space = "" if other == "ClusterSecretStore" else target.manifest.ref.namespace
            if other and every.get(type(ref)(group=EXTERNAL, kind=other, namespace=space, name=ref.name)) is not None:
                where = above.get("kind") or above
                yield self.finding(where, f"{said}; there is a {other} {ref.name}: write its kind", path=hops(target), subject=ref.name)
            elif answer.verdict == "missing":
                yield self.finding(target.place, f"{said}{hint(answer, world, ref)}", path=hops(target), subject=ref.name)
            else:
                yield self.undecided(target.manifest, f"whether {target.what} exists")


def _above(place: Node) -> Node:
    """The mapping whose `name` a reference stands at."""
    node = place.manifest.root
    for key in place.pointer.split("/")[1:-1]:
        node = node.items()[int(key)] if isinstance(node.value, list) else node.get(key) or node
    return node


def _lets_in(world: World, store: Manifest, namespace: str) -> bool | None:
    """Whether the conditions of a ClusterSecretStore let a namespace in; None where its labels are not here."""
    conditions = store.root.items("spec", "conditions")
    if not conditions or not namespace:
        return True
    labels = world.derived(_labels).get(namespace)
    answers: list[bool | None] = []
    for condition in conditions:
        selector = condition.get("namespaceSelector")
        answers.append(namespace in {str(item.value) for item in condition.items("namespaces")})
        answers += [re.search(str(item.value), namespace) is not None for item in condition.items("namespaceRegexes")]
        if selector is not None:
            wanted = selector.texts("matchLabels")
            plain = not selector.items("matchExpressions") and labels is not None
            answers.append(wanted.items() <= labels.items() if plain and labels is not None else None)
    return True if True in answers else None if None in answers else False


def _labels(world: World) -> dict[str, dict[str, str]]:
    """Namespace → its labels, with the one that Kubernetes gives each."""
    return {
        manifest.ref.name: {"kubernetes.io/metadata.name": manifest.ref.name, **manifest.root.texts("metadata", "labels")}
        for manifest in world.of("", "Namespace")
    }
