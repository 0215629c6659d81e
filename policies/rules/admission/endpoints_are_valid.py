"""The policy admission-endpoints-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal
from crema.policies.model.admission.webhooks import endpoint_slice, endpoints
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class EndpointsAreValid(Policy[Manifest]):
    """Endpoints that are written by hand have addresses, not names.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application, and the Service without a
    selector reaches nothing: the name of a host is valid by its schema.
    Fix: write IP addresses, or make the Service an ExternalName.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-endpoints-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="addresses",
            manifests="""
                {apiVersion: v1, kind: Endpoints, metadata: {name: db, namespace: shop}, subsets: [{addresses: [{ip: 10.0.0.9}],
                  ports: [{port: 3306}]}]}
                """,
        ),
        Example(
            name="names where the type says so",
            manifests="""
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db, namespace: shop}, addressType: FQDN,
                  endpoints: [{addresses: [db.example.com]}], ports: [{port: 3306}]}
                """,
        ),
    )
    denied = (
        Denied(
            name="the name of a host",
            manifests="""
                {apiVersion: v1, kind: Endpoints, metadata: {name: db, namespace: shop},
                  subsets: [{addresses: [{ip: db.example.com}], ports: [{port: 3306}]}, {ports: [{port: 80}]}]}
                """,
            at="Endpoints/shop/db",
            pointer="/subsets/0/addresses/0/ip",
            message='subsets[0].addresses[0].ip is "db.example.com"; the IP address of another machine is required',
            also=(
                Pinned(
                    at="Endpoints/shop/db",
                    pointer="/subsets/1",
                    message="subsets[1] has neither addresses nor notReadyAddresses; one of both is required",
                ),
            ),
        ),
        Denied(
            name="an address of the other family",
            manifests="""
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db, namespace: shop}, addressType: IPv6,
                  endpoints: [{addresses: [10.0.0.9]}], ports: [{port: 3306}]}
                """,
            at="EndpointSlice/shop/db",
            pointer="/endpoints/0/addresses/0",
            message='endpoints[0].addresses[0] is "10.0.0.9"; an address of IPv6 is required',
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Endpoints that are written by hand."""
        return (*world.of("", "Endpoints"), *world.of("discovery.k8s.io", "EndpointSlice"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each address or port that the server refuses."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    return endpoints(target.body) if target.ref.kind == "Endpoints" else endpoint_slice(target.body)
