"""The policy identity-key-is-made."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          containers:
            - name: order
              env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: mysql-secret, key: KEY}}}]
              volumeMounts: [{name: settings, mountPath: /etc/order/order.ini, subPath: FILE}]
          volumes: [{name: settings, configMap: {name: order-settings}}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: order-settings, namespace: shop}
    data: {order.ini: "[order]"}
    ---
"""
_GENERATED = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: mysql-secret, namespace: shop}
    spec:
      dataFrom: [{sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: mysql}}}]
      target: {TARGET}
    ---
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: Password
    metadata: {name: mysql, namespace: shop}
    spec: {length: 32}
    ---
"""
_WHO = "Deployment shop/order container order env DB_PASSWORD"
_AT = "/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/key"


def _shop(key: str = "password", file: str = "order.ini", target: str = "") -> str:
    return _POD.replace("KEY", key).replace("FILE", file) + _GENERATED.replace("TARGET", target)


class KeyIsMade(Policy[Reference]):
    """Every key of a Secret or ConfigMap that something reads is one that whatever makes it puts there.

    Why: a container whose variable or file comes from a key that is not there does not start; one that mounts it gets an empty directory
    in its place.
    Fix: read a key that is made, or have that key made.
    Source: https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets

    What an ExternalSecret puts into its Secret is worked out: the keys of its data, what its generators give (a Password generator the key
    `password` unless it names others), and its template, which replaces all of them unless its mergePolicy is Merge.
    """

    id = "identity-key-is-made"
    basis = "breaks"
    allowed = (
        Example(name="the key of a Password generator, and the file of a ConfigMap", manifests=_shop(), closed=True),
        Example(
            name="a template adds a key and keeps the others",
            manifests=_shop(target='template: {mergePolicy: Merge, data: {url: "mysql://coffee:{{ .password }}@mysql"}}'),
            closed=True,
        ),
        Example(
            name="all of what a store has is taken over, which keys nobody here knows",
            manifests=_shop(key="anything").replace(
                "sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: mysql}}",
                "extract: {key: shop/mysql}",
            ),
            closed=True,
        ),
        Example(
            name="an optional key",
            manifests=_shop(key="port, optional: true"),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="another key than the generator makes",
            manifests=_shop(key="passwd"),
            at="Deployment/shop/order",
            pointer=_AT,
            message=f"{_WHO} reads the key passwd of Secret shop/mysql-secret, which gets password; did you mean password?",
        ),
        Denied(
            name="a template without the key replaces what was generated",
            manifests=_shop(target='template: {data: {url: "mysql://coffee:{{ .password }}@mysql"}}'),
            closed=True,
            at="Deployment/shop/order",
            pointer=_AT,
            message=f"{_WHO} reads the key password of Secret shop/mysql-secret, which gets url; known: url",
        ),
        Denied(
            name="a mount of a file that the ConfigMap does not have, and of a person's Secret another key",
            manifests=_POD.replace("KEY", "password").replace("FILE", "order.conf"),
            facts={
                "supplied_secrets": {
                    "shop/mysql-secret": {"namespace": "shop", "name": "mysql-secret", "keys": ["root"], "why": "w", "how": "h"}
                }
            },
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/volumeMounts/0/subPath",
            message="Deployment shop/order container order mount /etc/order/order.ini reads the key order.conf of ConfigMap "
            "shop/order-settings, which gets order.ini; did you mean order.ini?",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer=_AT,
                    message=f"{_WHO} reads the key password of Secret shop/mysql-secret, which gets root; known: root",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference that names a key."""
        return (reference for reference in references_to(world, "Secret", "ConfigMap") if reference.key or reference.strange)

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Compare the key with those of every creator; one of which they are not known may have it."""
        if target.strange is not None:
            raise target.strange
        by = made(world, target).by
        if not by or target.optional or any(creator.keys is None for creator in by) or "$" in target.key or "{{" in target.key:
            return
        keys = frozenset(key for creator in by for key in creator.keys or ())
        if target.key not in keys:
            there = ", ".join(sorted(keys)) or "no key"
            message = f"{target.by} reads the key {target.key} of {target.what}, which gets {there}{nearest(target.key, keys)}"
            makers = [creator.manifest for creator in by if creator.manifest is not None]
            related = [Related(manifest=maker, pointer="", note="makes it") for maker in makers[:1]]
            yield self.finding(target.key_place or target.place, message, path=hops(target, by), related=related, subject=target.key)
