"""The policy admission-modes-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.modes import misread, refused
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class ModesAreValid(Policy[Manifest]):
    """Modes of files are ones that the server takes, and the ones that were meant.

    Why: the API reads numbers, and defaultMode: 755 is the decimal number, which is beyond 0777: it refuses the object. defaultMode:
    444 it takes, as the mode 0674.
    Fix: write the mode with a 0 in front (octal in YAML), or as a decimal number.
    Source: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/

    An error where the server refuses the mode; a warning where it takes another than was meant.
    """

    id = "admission-modes-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="octal, decimal and the usual numbers",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes:
                    - {name: a, secret: {secretName: a, defaultMode: 0400}}
                    - {name: b, configMap: {name: b, defaultMode: 420, items: [{key: run, path: run, mode: 0755}]}}
                    - {name: c, projected: {defaultMode: 288, sources: [{secret: {name: a}}]}}
                """,
        ),
        Example(
            name="a number whose digits are no octal mode",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes: [{name: a, secret: {secretName: a, defaultMode: 292}}]
                """,
        ),
    )
    denied = (
        Denied(
            name="a mode without its 0",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes: [{name: scripts, configMap: {name: scripts, defaultMode: 755}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/volumes/0/configMap/defaultMode",
            message="spec.volumes[0].configMap.defaultMode is 755, which is 01363; 0 to 0777 (511 in decimal) is required",
        ),
        Denied(
            name="modes that the server takes for others",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes:
                    - {name: a, secret: {secretName: a, defaultMode: 444, items: [{key: k, path: k, mode: 400}]}}
                """,
            at="Pod/shop/order",
            pointer="/spec/volumes/0/secret/defaultMode",
            message="spec.volumes[0].secret.defaultMode is 444 in decimal, which is the mode 0674, and not 0444",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/volumes/0/secret/items/0/mode",
                    message="spec.volumes[0].secret.items[0].mode is 400 in decimal, which is the mode 0620, and not 0400",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """An error for each mode that is refused, a warning for each that is read as another."""
        for pod in pods(world)[target]:
            spec = mapping(pod.spec.value)
            for place in places(world, pod.spec, refused(spec)):
                yield self.finding(place.node, place.message, fix=place.fix)
            for place in places(world, pod.spec, misread(spec)):
                yield self.finding(place.node, place.message, fix=place.fix, severity="warning")
