"""What the environments of the coffee platform can differ in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charts.secret_settings import AwsSecretsSpec, LocalSecretsSpec
from crema.generators import AlbSpec, EnvironmentSpec, Mistake, NginxSpec, rule
from crema.generators.checks import Cidr, DnsName, GitRevision, HostName, HttpUrl, NodePort, Registry
from crema.generators.image_lock import locked_image

_LOCK = Path(__file__).parent / "images.lock.yaml"
# The guide keeps the images of all services in one repository of the registry.
_REPOSITORY = "coffee_machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(EnvironmentSpec):
    """One place the platform runs in.

    Args:
        domain: every host is a name under it.
        ingress: which controller serves the routes.
        ingress_source_cidrs: where ingress traffic comes from, as a pod sees it: nodes or load balancers, never pods.
        storage_class: of volumes.
        registry: where the services' images are pushed to and pulled from.
        secrets: where Secrets come from.
        repository, revision: the git repository and the branch that Argo CD watches.
        frontend_node_port: the frontend is also reachable on this port of a node; None where only the ingress leads in.

    """

    domain: HostName
    ingress: NginxSpec | AlbSpec
    ingress_source_cidrs: tuple[Cidr, ...]
    storage_class: DnsName
    registry: Registry
    secrets: LocalSecretsSpec | AwsSecretsSpec
    repository: HttpUrl
    revision: GitRevision
    frontend_node_port: NodePort | None = None

    @rule("ingress_source_cidrs")
    def _not_every_address(self) -> Iterator[Mistake]:
        """A range of every address would make the NetworkPolicies mean nothing."""
        for cidr in self.ingress_source_cidrs:
            if cidr.endswith("/0"):
                yield self.mistake("ingress_source_cidrs", "ranges of nodes or load balancers, not every address", cidr)

    @property
    def image_pull_secrets(self) -> tuple[str, ...]:
        """What pods that run the services' images name to pull them."""
        return self.secrets.image_pull_secrets

    def host(self, name: str) -> str:
        """A host name of this environment: `coffee` → `coffee.<domain>`."""
        return f"{name}.{self.domain}"

    def image(self, service: str) -> str:
        """The image of one of our services, from the image lock."""
        return locked_image(_LOCK, self.name, service, _REPOSITORY).reference(self.registry)
