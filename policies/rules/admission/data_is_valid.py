"""The policy admission-data-is-valid."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.data import config_map, secret
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class DataIsValid(Policy[Manifest]):
    """The keys of ConfigMaps and Secrets are ones that the server takes, a Secret has what its type needs, and both fit.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a key with a slash, a Secret of
    the type kubernetes.io/tls without tls.key, or more than 1 MiB is valid by its schema.
    Fix: name the key as the message asks, or give the Secret the type Opaque.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-data-is-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="keys with dots and capitals",
            manifests="""
                {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {order.yaml: "a: 1",
                  LOG_LEVEL: info, .hidden: x}}
                """,
        ),
        Example(
            name="what the type needs, in stringData",
            manifests="""
                {apiVersion: v1, kind: Secret, metadata: {name: registry, namespace: shop}, type: kubernetes.io/dockerconfigjson,
                  stringData: {.dockerconfigjson: '{"auths": {}}'}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a key that is a path, and one in both mappings",
            manifests="""
                {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {conf/order.yaml: "a: 1",
                  b: x}, binaryData: {b: AAEC}}
                """,
            at="ConfigMap/shop/settings",
            pointer="/data/conf~1order.yaml",
            message='data["conf/order.yaml"] has the key "conf/order.yaml"; a key of letters, digits, -, _ and ., which '
            "does not begin with .., is required",
            also=(
                Pinned(
                    at="ConfigMap/shop/settings",
                    pointer="/data/b",
                    message="data.b is a key of binaryData too; each key stands in one of both",
                ),
            ),
        ),
        Denied(
            name="a certificate without its key",
            manifests="""
                {apiVersion: v1, kind: Secret, metadata: {name: tls, namespace: shop}, type: kubernetes.io/tls,
                  data: {tls.crt: YQ==, key: YQ==}}
                """,
            at="Secret/shop/tls",
            pointer="/data",
            message="data lacks the key tls.key; a Secret of the type kubernetes.io/tls needs it",
        ),
        Denied(
            name="registry credentials that are no JSON, and a token of no account",
            manifests="""
                {apiVersion: v1, kind: Secret, metadata: {name: registry, namespace: shop}, type: kubernetes.io/dockerconfigjson,
                  stringData: {.dockerconfigjson: hunter2}}
                ---
                {apiVersion: v1, kind: Secret, metadata: {name: token, namespace: shop}, type: kubernetes.io/service-account-token}
                """,
            at="Secret/shop/registry",
            pointer="/stringData/.dockerconfigjson",
            message='stringData[".dockerconfigjson"] is not a JSON object, which this type of Secret holds',
            also=(
                Pinned(
                    at="Secret/shop/token",
                    pointer="/type",
                    message="type is kubernetes.io/service-account-token, and the annotation kubernetes.io/service-account.name "
                    "is missing; it is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every ConfigMap and Secret."""
        return world.of("", "ConfigMap", "Secret")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each key that is wrong or missing. No value is quoted."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(replace(place.node, value=None), place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    return config_map(target.body) if target.ref.kind == "ConfigMap" else secret(target.body)
