"""The policy admission-external-secrets-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.external_secrets import external_secret
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class ExternalSecretsAreValid(Policy[Manifest]):
    """An ExternalSecret takes something, from one source an item, and deletes only a Secret that it owns.

    Why: the operator's webhook refuses the object, and with it Argo CD fails the sync of the whole application; without the webhook the
    Secret is never made.
    Fix: write the ExternalSecret as the message asks.
    Source: https://github.com/external-secrets/external-secrets/blob/main/apis/externalsecrets/v1/externalsecret_validator.go
    """

    id = "admission-external-secrets-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a Secret that is its own, and goes with it",
            manifests="""
                apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec:
                  secretStoreRef: {name: store}
                  target: {name: mysql, creationPolicy: Owner, deletionPolicy: Delete}
                  data: [{secretKey: password, remoteRef: {key: mysql}}]
                """,
        ),
        Example(
            name="a generator, and a key that another entry has in another place",
            manifests="""
                apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec:
                  secretStoreRef: {name: store}
                  target: {name: mysql, creationPolicy: Orphan}
                  dataFrom: [{sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password,
                    name: mysql}}}, {extract: {key: other}}]
                """,
        ),
    )
    denied = (
        Denied(
            name="deletes what it does not own",
            manifests="""
                apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec:
                  secretStoreRef: {name: store}
                  target: {name: mysql, creationPolicy: Merge, deletionPolicy: Delete}
                  data: [{secretKey: password, remoteRef: {key: mysql}}]
                """,
            at="ExternalSecret/shop/mysql",
            pointer="/spec/target/deletionPolicy",
            message="spec.target.deletionPolicy is Delete, and creationPolicy is Merge: the operator deletes only a Secret that it owns",
        ),
        Denied(
            name="takes nothing, once a day",
            manifests="""
                apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec:
                  secretStoreRef: {name: store}
                  target: {name: mysql, creationPolicy: Owner}
                  refreshInterval: 1d
                """,
            at="ExternalSecret/shop/mysql",
            pointer="/spec",
            message="spec has neither data nor dataFrom; one of both is required",
            also=(
                Pinned(
                    at="ExternalSecret/shop/mysql",
                    pointer="/spec/refreshInterval",
                    message='spec.refreshInterval is "1d"; a duration such as 30s, 15m or 1h (there are no days) is required',
                ),
            ),
        ),
        Denied(
            name="one key twice, and two sources in one item",
            manifests="""
                apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec:
                  secretStoreRef: {name: store}
                  target: {name: mysql, creationPolicy: Owner}
                  data: [{secretKey: a, remoteRef: {key: b}}, {secretKey: a, remoteRef: {key: c}}]
                  dataFrom: [{extract: {key: a}, find: {name: {regexp: b}}}, {}]
                """,
            at="ExternalSecret/shop/mysql",
            pointer="/spec/dataFrom/0/find",
            message="spec.dataFrom[0].find stands beside extract; only one of extract, find and a generator is allowed",
            also=(
                Pinned(
                    at="ExternalSecret/shop/mysql",
                    pointer="/spec/dataFrom/1",
                    message="spec.dataFrom[1] has no extract, no find and no sourceRef; one of them is required",
                ),
                Pinned(
                    at="ExternalSecret/shop/mysql",
                    pointer="/spec/data/1/secretKey",
                    message='spec.data[1].secretKey is "a" a second time',
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every ExternalSecret."""
        return world.of("external-secrets.io", "ExternalSecret")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each combination that the webhook refuses."""
        for place in places(world, target.root, below("spec", external_secret(mapping(target.body.get("spec"))))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
