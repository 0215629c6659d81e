"""The policy admission-images-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.images import images
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class ImagesAreValid(Policy[Manifest]):
    """The names of images are ones that a container runtime can read.

    Why: the server takes any text, and the kubelet refuses one that is no reference of an image (InvalidImageName): the pod never
    starts.
    Fix: write the image as registry/name:tag or registry/name@sha256:…, in lower case.
    Source: https://github.com/distribution/reference/blob/main/regexp.go
    """

    id = "admission-images-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="names, ports, tags and digests",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: a, image: busybox}, {name: b, image: "localhost:5000/shop/order_api__x:1.0.0-RC.1"}]
                  containers: [{name: order,
                    image: "registry.example.com/shop/order:1.0.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]
                """,
        ),
        Example(
            name="a registry with capitals, and an image that is filled in",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: a, image: "${REGISTRY}/order:${TAG}"}]
                  containers: [{name: order, image: "Registry.example.com/order"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="capitals, and a space",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: a, image: "shop/Order:1.0.0"}]
                  containers: [{name: order, image: "order:1.0.0 "}]
                """,
            at="Pod/shop/order",
            pointer="/spec/initContainers/0/image",
            message='spec.initContainers[0].image is "shop/Order:1.0.0": its name has capital letters; the kubelet '
            "refuses it (InvalidImageName)",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/image",
                    message='spec.containers[0].image is "order:1.0.0 ": it has a space; the kubelet refuses it (InvalidImageName)',
                ),
            ),
        ),
        Denied(
            name="two tags, and a tag of nothing",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: a, image: "order:1.0.0:latest"}]
                  containers: [{name: order, image: "registry.example.com/order:"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/initContainers/0/image",
            message='spec.initContainers[0].image is "order:1.0.0:latest": its name is none; the kubelet refuses it (InvalidImageName)',
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/image",
                    message='spec.containers[0].image is "registry.example.com/order:": its tag is empty; the kubelet refuses it '
                    "(InvalidImageName)",
                ),
            ),
        ),
        Denied(
            name="a scheme, and a digest that is cut off",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: a, image: "https://registry.example.com/order:1.0.0"}]
                  containers: [{name: order, image: "order@sha256:0123456789abcdef0123456789abcdef"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/initContainers/0/image",
            message='spec.initContainers[0].image is "https://registry.example.com/order:1.0.0": it begins with a '
            "scheme; the kubelet refuses it (InvalidImageName)",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/image",
                    message='spec.containers[0].image is "order@sha256:0123456789abcdef0123456789abcdef": a digest of sha256 has '
                    "64 characters, not 32; the kubelet refuses it (InvalidImageName)",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each image whose name nobody can read."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, images(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
