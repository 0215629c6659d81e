"""The policy identity-private-image-has-credentials."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.creator import secret
from crema.policies.model.references.generated import by_secret
from crema.policies.model.references.reference import said
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_PRIVATE = re.compile(r"[0-9]{12}\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?|[a-z0-9]+\.azurecr\.io")
_REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
_POD = f"""
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: order, namespace: shop}}
    spec:
      template:
        metadata: {{labels: {{app: order}}}}
        spec: {{PULL containers: [{{name: order, image: '{_REGISTRY}/coffee:order-1'}}]}}
    ---
"""
_SECRET = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: ecr, namespace: shop}
    spec:
      dataFrom: [{sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: ECRAuthorizationToken, name: ecr}}}]
      target: {template: {TYPE data: {.dockerconfigjson: '{{ .password }}'}}}
    ---
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: ECRAuthorizationToken
    metadata: {name: ecr, namespace: shop}
    spec: {region: REGION}
    ---
"""
_TYPE = "type: kubernetes.io/dockerconfigjson,"
_NODES: dict[str, Any] = {"cluster": {"registries": {"with_credentials": []}}}


def _shop(pull: str = "imagePullSecrets: [{name: ecr}],", kind: str = _TYPE, region: str = "eu-west-1") -> str:
    return _POD.replace("PULL", pull) + _SECRET.replace("TYPE", kind).replace("REGION", region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """An image of a private registry, and the registry."""

    pod: PodTemplate
    image: Node
    registry: str

    def __str__(self) -> str:
        """Whose image it is."""
        return f"{self.pod.manifest} {self.registry}"


class PrivateImageHasCredentials(Policy[Pull]):
    """An image of a private registry can be pulled: by the node, or with a pull secret of that registry.

    Why: without credentials every pod stays in ImagePullBackOff (403, or "no basic auth credentials").
    Fix: name a pull secret of type kubernetes.io/dockerconfigjson at the pod or its ServiceAccount; or say with the fact
    cluster.registries.with_credentials that the nodes have credentials of their own
    Source: https://kubernetes.io/docs/concepts/containers/images/#using-a-private-registry
    """

    id = "identity-private-image-has-credentials"
    basis = "breaks"
    allowed = (
        Example(name="a pull secret with a token of that registry", manifests=_shop(), closed=True, facts=_NODES),
        Example(
            name="the nodes may pull from it",
            manifests=_POD.replace("PULL", ""),
            closed=True,
            facts={"cluster": {"registries": {"with_credentials": [_REGISTRY]}}},
        ),
        Example(
            name="the pull secret stands at the ServiceAccount",
            manifests=_shop(pull="serviceAccountName: order,")
            + "\n    apiVersion: v1\n    kind: ServiceAccount\n    metadata: {name: order, namespace: shop}\n"
            "    imagePullSecrets: [{name: ecr}]\n",
            closed=True,
            facts=_NODES,
        ),
        Example(name="nothing says what the nodes may, as on EKS", manifests=_POD.replace("PULL", "")),
    )
    denied = (
        Denied(
            name="no pull secret on nodes without credentials",
            manifests=_shop(pull=""),
            closed=True,
            facts=_NODES,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/image",
            message=f"Deployment shop/order pulls from {_REGISTRY}, for which the nodes have no credentials, and it names no pull secret",
        ),
        Denied(
            name="a token of another region",
            manifests=_shop(region="us-east-1"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/imagePullSecrets/0/name",
            message=f"Deployment shop/order pulls from {_REGISTRY} with Secret shop/ecr, whose token is for the region us-east-1",
        ),
    )

    def targets(self, world: World) -> Iterable[Pull]:
        """Every image of a registry that is private by its nature, of pods that are written here."""
        for pod in world.pod_templates:
            for container in pod.containers():
                image = container.get("image")
                registry = image.value.partition("/")[0] if image is not None and isinstance(image.value, str) else ""
                if image is not None and "/" in str(image.value) and _PRIVATE.fullmatch(registry):
                    yield Pull(pod=pod, image=image, registry=registry)

    def judge(self, world: World, target: Pull) -> Iterator[Outcome]:
        """Whether the nodes may; else every pull secret, of which one that fits is enough."""
        nodes = fact(world.facts, "cluster", "registries", "with_credentials")
        if isinstance(nodes, list) and target.registry in nodes:
            return
        who = f"{said(target.pod.manifest.ref)} pulls from {target.registry}"
        secrets = _pull_secrets(world, target.pod)
        if not secrets and isinstance(nodes, list):
            message = f"{who}, for which the nodes have no credentials, and it names no pull secret"
            yield self.finding(target.image, message, path=(said(target.pod.manifest.ref), target.registry))
        elif not secrets:
            yield self.undecided(target.pod.manifest, "cluster.registries.with_credentials")
        wrong = [(name, _why_not(world, target, str(name.value))) for name in secrets]
        if wrong and all(why for _, why in wrong):
            name, why = wrong[0]
            ref = secret(target.pod.manifest.ref.namespace, str(name.value))
            message = f"{who} with {said(ref)}, {why}"
            yield self.finding(name, message, path=(said(target.pod.manifest.ref), said(ref), target.registry))


def _pull_secrets(world: World, pod: PodTemplate) -> list[Node]:
    """The names of the pull secrets of a pod; one that names none has those of its ServiceAccount."""
    listed = [node for entry in pod.spec.items("imagePullSecrets") if (node := entry.get("name")) is not None]
    if listed:
        return listed
    name = pod.spec.text("serviceAccountName") or "default"
    account = whole(world).world.get(Ref(group="", kind="ServiceAccount", namespace=pod.manifest.ref.namespace, name=name))
    entries = account.root.items("imagePullSecrets") if account is not None else ()
    return [node for entry in entries if (node := entry.get("name")) is not None]


def _why_not(world: World, pull: Pull, name: str) -> str:
    """Why a pull secret does not help here, as far as what makes it says; empty where it may help."""
    ref = secret(pull.pod.manifest.ref.namespace, name)
    region = _PRIVATE.fullmatch(pull.registry)
    for one in by_secret(whole(world).world).get(ref, ()):
        theirs = one.generator.spec.text("region") if one.generator.spec is not None else None
        if one.generator.kind == "ECRAuthorizationToken" and theirs and region is not None and region["region"] not in {None, theirs}:
            return f"whose token is for the region {theirs}"
    return ""
