"""The policy admission-names-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.metadata import metadata, template_metadata
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import Refusal, below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.steps import keys_of, value_at
from crema.policies.model.world import World


class NamesAreValid(Policy[Manifest]):
    """Names, keys of labels and finalizers are ones that the server takes for their kind.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application, or makes no pods of it: a
    StatefulSet of 60 characters, a CronJob of 53, a finalizer without a domain are valid by their schema.
    Fix: give it a name as the message asks.
    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

    That most names are DNS subdomains, schema-manifest-is-valid says.
    """

    id = "admission-names-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="names as long as they may be",
            manifests="""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, namespace: shop}
                spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a,
                  image: a}]}}}}}
                """,
        ),
        Example(
            name="a finalizer with a domain, and a role with a colon",
            manifests="""
                {apiVersion: v1, kind: ConfigMap, metadata: {name: a.b, namespace: shop, finalizers: [example.com/guard],
                  labels: {example.com/a.b: "x"}}}
                ---
                {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: "system:shop:reader"}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a CronJob and a StatefulSet whose names are too long for what is made of them",
            manifests="""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: nightly-backup-of-the-database-of-the-whole-coffee-shop, namespace: shop}
                spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a,
                  image: a}]}}}}}
                ---
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: a-database-with-a-name-that-is-long-but-not-a-label-yet, namespace: shop}
                spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a,
                  image: a}]}}}
                """,
            at="CronJob/shop/nightly-backup-of-the-database-of-the-whole-coffee-shop",
            pointer="/metadata/name",
            message='metadata.name has 55 characters ("nightly-backup-of-the-database-of-the-whole-coffee-shop"); at '
            "most 52 are allowed: each Job gets a hyphen and ten digits more",
            also=(
                Pinned(
                    at="StatefulSet/shop/a-database-with-a-name-that-is-long-but-not-a-label-yet",
                    pointer="/metadata/name",
                    message='metadata.name has 55 characters ("a-database-with-a-name-that-is-long-but-not-a-label-yet"); at '
                    "most 52 are allowed: its pods carry the name and a hash in the label controller-revision-hash",
                ),
            ),
        ),
        Denied(
            name="a StatefulSet with dots in its name, and a label of its template with two slashes",
            manifests="""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: my.sql, namespace: shop}
                spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, a/b/c: d}},
                  spec: {containers: [{name: a, image: a}]}}}
                """,
            at="StatefulSet/shop/my.sql",
            pointer="/metadata/name",
            message='metadata.name is "my.sql"; at most 63 lower-case letters, digits and -, with a letter or digit at '
            "both ends, is required",
        ),
        Denied(
            name="a finalizer without a domain, and a level of pod security that there is not",
            manifests="""
                {apiVersion: v1, kind: Namespace, metadata: {name: shop, finalizers: [guard],
                  labels: {pod-security.kubernetes.io/enforce: strict}}}
                """,
            at="Namespace/shop",
            pointer="/metadata/finalizers/0",
            message='metadata.finalizers[0] is "guard"; a name with a domain such as example.com/guard is required',
            also=(
                Pinned(
                    at="Namespace/shop",
                    pointer="/metadata/labels/pod-security.kubernetes.io~1enforce",
                    message='metadata.labels["pod-security.kubernetes.io/enforce"] is "strict"; privileged, baseline or '
                    "restricted is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every manifest."""
        return world.manifests

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each name, key or finalizer that is refused."""
        for place in places(world, target.root, _refusals(world, target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(world: World, target: Manifest) -> Iterator[Refusal]:
    yield from metadata(target.ref.group, target.ref.kind, target.body)
    for pod in pods(world).get(target, ()):
        holder = pod.spec.pointer.removesuffix("/spec")
        if holder:
            steps = tuple(int(key) if key.isdecimal() else key for key in keys_of(holder))
            meta = mapping(value_at(target.body, f"{holder}/metadata"))
            yield from below((*steps, "metadata"), template_metadata(meta))
