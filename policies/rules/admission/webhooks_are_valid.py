"""The policy admission-webhooks-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.webhooks import webhooks
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class WebhooksAreValid(Policy[Manifest]):
    """The webhooks of a configuration have names of domains, one address, and rules that name something.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application, and nothing asks the webhook:
    an address in plain HTTP, or a name of two parts, is valid by its schema.
    Fix: write the webhook as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/admissionregistration/validation/validation.go
    """

    id = "admission-webhooks-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a Service and a path",
            manifests="""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: check}
                webhooks:
                  - name: check.shop.example.com
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    clientConfig: {service: {name: hook, namespace: shop, path: /check}}
                    rules: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE]}]
                """,
        ),
        Example(
            name="an address outside",
            manifests="""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: check}
                webhooks:
                  - name: check.shop.example.com
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    clientConfig: {url: "https://hook.example.com/check"}
                    rules: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE]}]
                """,
        ),
    )
    denied = (
        Denied(
            name="an address in plain HTTP, and a name of two parts",
            manifests="""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: check}
                webhooks:
                  - name: shop.check
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    clientConfig: {url: "http://hook.example.com/check"}
                    rules: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE]}]
                """,
            at="ValidatingWebhookConfiguration/check",
            pointer="/webhooks/0/name",
            message='webhooks[0].name is "shop.check"; a domain of three parts or more such as check.shop.example.com is required',
            also=(
                Pinned(
                    at="ValidatingWebhookConfiguration/check",
                    pointer="/webhooks/0/clientConfig/url",
                    message='webhooks[0].clientConfig.url is "http://hook.example.com/check"; an address such as '
                    "https://hook.example.com/check is required",
                ),
            ),
        ),
        Denied(
            name="a rule of no operation, and side effects that are not known",
            manifests="""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: check}
                webhooks:
                  - name: check.shop.example.com
                    admissionReviewVersions: [v1]
                    sideEffects: Unknown
                    clientConfig: {service: {name: hook, namespace: shop, path: check}}
                    rules: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: []}]
                """,
            at="ValidatingWebhookConfiguration/check",
            pointer="/webhooks/0/sideEffects",
            message='webhooks[0].sideEffects is "Unknown"; None or NoneOnDryRun is required',
            also=(
                Pinned(
                    at="ValidatingWebhookConfiguration/check",
                    pointer="/webhooks/0/clientConfig/service/path",
                    message='webhooks[0].clientConfig.service.path is "check"; a path that begins with / is required',
                ),
                Pinned(
                    at="ValidatingWebhookConfiguration/check",
                    pointer="/webhooks/0/rules/0/operations",
                    message="webhooks[0].rules[0].operations names no operations; at least one is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every configuration of webhooks."""
        return world.of("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each field that the server refuses."""
        for place in places(world, target.root, webhooks(target.body)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
