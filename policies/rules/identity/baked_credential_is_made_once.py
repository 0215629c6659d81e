"""The policy identity-baked-credential-is-made-once."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.references.databases import Baked, baked
from crema.policies.model.references.generated import by_secret
from crema.policies.model.references.reference import said
from crema.policies.model.world import World

_DATABASE = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: mysql, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: mysql}}
        spec:
          containers:
            - name: mysql
              ports: [{containerPort: 3306}]
              env: [{name: MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: mysql-root, key: password}}}]
              volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
          volumes: [{name: data, persistentVolumeClaim: {claimName: mysql}}]
    ---
"""
_PASSWORD = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: mysql-root, namespace: shop}
    spec:
      REFRESH
      dataFrom: [{sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: mysql-root}}}]
    ---
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: Password
    metadata: {name: mysql-root, namespace: shop}
    spec: {length: 32}
"""
_SAID = "StatefulSet shop/mysql writes MYSQL_ROOT_PASSWORD into its data once, and Secret shop/mysql-root gets another password"


class BakedCredentialIsMadeOnce(Policy[Baked]):
    """A generated password that a database writes into its data is generated once.

    Why: a generator makes a new value at each refresh and keeps none; the database knows the first one only, so from the first refresh on
    nobody can log in, and the old value is gone.
    Fix: give the ExternalSecret refreshPolicy CreatedOnce (with target.immutable and creationPolicy Orphan, so that it outlives it)
    Source: https://external-secrets.io/latest/guides/generator/
    """

    id = "identity-baked-credential-is-made-once"
    basis = "breaks"
    allowed = (
        Example(name="CreatedOnce", manifests=_DATABASE + _PASSWORD.replace("REFRESH", "refreshPolicy: CreatedOnce")),
        Example(name="an interval of nothing", manifests=_DATABASE + _PASSWORD.replace("REFRESH", 'refreshInterval: "0"')),
        Example(
            name="a value out of a store is read again and again, and is the same",
            manifests=_DATABASE
            + _PASSWORD.replace("REFRESH", "refreshInterval: 1h").replace(
                "sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: mysql-root}}",
                "extract: {key: shop/mysql}",
            ),
        ),
        Example(
            name="a password that no data remembers",
            manifests=_DATABASE.replace("MYSQL_ROOT_PASSWORD", "SESSION_PASSWORD") + _PASSWORD.replace("REFRESH", "refreshInterval: 1h"),
        ),
    )
    denied = (
        Denied(
            name="every hour",
            manifests=_DATABASE + _PASSWORD.replace("REFRESH", "refreshInterval: 1h"),
            at="ExternalSecret/shop/mysql-root",
            pointer="/spec/refreshInterval",
            message=f"{_SAID} every 1h",
        ),
        Denied(
            name="nothing is said, which is every hour",
            manifests=_DATABASE + _PASSWORD.replace("REFRESH", "target: {immutable: false}"),
            at="ExternalSecret/shop/mysql-root",
            pointer="/spec",
            message=f"{_SAID} every 1h, the default",
        ),
        Denied(
            name="whenever the ExternalSecret changes, its labels included",
            manifests=_DATABASE + _PASSWORD.replace("REFRESH", "refreshPolicy: OnChange"),
            at="ExternalSecret/shop/mysql-root",
            pointer="/spec/refreshPolicy",
            message=f"{_SAID} whenever the ExternalSecret changes",
        ),
    )

    def targets(self, world: World) -> Iterable[Baked]:
        """Every password that a database takes from a Secret."""
        return baked(world)

    def judge(self, world: World, target: Baked) -> Iterator[Outcome]:
        """Each generator that makes the value anew. An immutable Secret refuses the new one."""
        for made in by_secret(world).get(target.ref, ()):
            fixed = made.manifest.root.get("spec", "target", "immutable")
            if (made.every is None and not made.on_change) or (fixed is not None and fixed.value is True):
                continue
            often = "whenever the ExternalSecret changes" if made.on_change else f"every {made.written}"
            who, name = said(target.pod.manifest.ref), target.variable.text("name")
            message = f"{who} writes {name} into its data once, and {said(target.ref)} gets another password {often}"
            related = (Related(manifest=target.pod.manifest, pointer=target.reference.pointer, note="reads it when its data is made"),)
            origin = made.generator.manifest
            path = (f"{who} env {name}", f"{said(target.ref)} key {target.key}", said(made.manifest.ref))
            yield self.finding(made.place, message, path=(*path, *((said(origin.ref),) if origin else ())), related=related)
