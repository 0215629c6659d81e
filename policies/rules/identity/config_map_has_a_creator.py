"""The policy identity-config-map-has-a-creator."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_POD = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: mysql, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: mysql}}
        spec:
          containers: [{name: mysql, envFrom: [{configMapRef: {name: settings, optional: true}}]}]
          volumes: [{name: init, configMap: {name: mysql-init}}]
    ---
"""
_MAP = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: NAME, namespace: shop}
    data: {schema.sql: CREATE TABLE menus (id INT)}
    ---
"""
_SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {name: mysql, namespace: shop}
    spec: {selector: {app: mysql}, ports: [{port: 3306}]}
"""


class ConfigMapHasACreator(Policy[Reference]):
    """Every ConfigMap that something refers to is made by something, in the namespace in which it is read.

    Why: a pod whose ConfigMap does not exist waits for ever in ContainerCreating or CreateContainerConfigError.
    Fix: make the ConfigMap, or give the reference the name of the one that is made.
    Source: https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps
    """

    id = "identity-config-map-has-a-creator"
    basis = "breaks"
    allowed = (
        Example(name="it is there; the optional one is not", manifests=_POD + _MAP.replace("NAME", "mysql-init"), closed=True),
        Example(
            name="Kubernetes makes that of its own authority in every namespace",
            manifests=_POD.replace("name: mysql-init", "name: kube-root-ca.crt"),
            closed=True,
        ),
        Example(name="a part of somebody's directory", manifests=_POD),
        Example(name="the name is filled in later", manifests=_POD.replace("name: mysql-init", 'name: "${RELEASE}-init"') + _SERVICE),
    )
    denied = (
        Denied(
            name="nothing makes it",
            manifests=_POD,
            closed=True,
            at="StatefulSet/shop/mysql",
            pointer="/spec/template/spec/volumes/0/configMap/name",
            message="StatefulSet shop/mysql volume init needs ConfigMap shop/mysql-init, and nothing makes it",
        ),
        Denied(
            name="it is called otherwise, in somebody's directory that has all of the namespace",
            manifests=_POD + _MAP.replace("NAME", "mysql-initdb") + _SERVICE,
            at="StatefulSet/shop/mysql",
            pointer="/spec/template/spec/volumes/0/configMap/name",
            message="StatefulSet shop/mysql volume init needs ConfigMap shop/mysql-init, and nothing makes it; did you mean mysql-initdb?",
        ),
        Denied(
            name="one of the same name is in another namespace",
            manifests=_POD + _MAP.replace("NAME", "mysql-init").replace("namespace: shop", "namespace: data"),
            closed=True,
            at="StatefulSet/shop/mysql",
            pointer="/spec/template/spec/volumes/0/configMap/name",
            message="StatefulSet shop/mysql volume init needs ConfigMap shop/mysql-init, and nothing makes it; "
            "one of that name is made in namespace data",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to a ConfigMap, each place once."""
        return {(id(r.manifest), r.place.pointer, r.place.inner, r.ref): r for r in references_to(world, "ConfigMap")}.values()

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it. What the API does without is never missing."""
        if target.strange is not None:
            raise target.strange
        answer = made(world, target)
        if answer.verdict == "missing" and not target.optional:
            message = f"{target.by} needs {target.what}, and nothing makes it{hint(answer, world, target.ref)}"
            yield self.finding(target.place, message, path=hops(target), subject=target.ref.name)
        elif answer.verdict == "unknown" and not target.optional:
            yield self.undecided(target.manifest, f"whether {target.what} exists")
