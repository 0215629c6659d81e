"""What the environments of the coffee platform can differ in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from charts.secret_settings import AwsSecretsSpec, LocalSecretsSpec
from crema.generators import AlbSpec, ClusterFactsSpec, EnvironmentSpec, KindClusterSpec, Mistake, NginxSpec, TraefikSpec, rule
from crema.generators.checks import Cidr, DnsName, GitRevision, HostName, HttpUrl, NodePort, Registry
from crema.generators.image_lock import locked_image

_LOCK = Path(__file__).parent / "images.lock.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(EnvironmentSpec):
    """One place the platform runs in.

    Args:
        domain: every host is a name under it.
        cluster: what its cluster is like. kind: how kind makes it, where kind does.
        ingress: which controller serves the routes; a load balancer's controller is a prerequisite, the others are deployed here.
        ingress_source_cidrs: where ingress traffic comes from, as a pod sees it: nodes or load balancers, never pods.
        storage_class: of volumes.
        registry: where the services' images are pushed to and pulled from.
        secrets: where Secrets come from.
        repository, revision: the git repository and the branch that Argo CD watches.
        log_collector: Alloy, or Promtail, which has had no updates since 2026-03-02.
        frontend_node_port: the frontend is also reachable on this port of a node; None where only the ingress leads in.

    """

    domain: HostName
    cluster: ClusterFactsSpec
    ingress: NginxSpec | TraefikSpec | AlbSpec
    ingress_source_cidrs: tuple[Cidr, ...]
    storage_class: DnsName
    registry: Registry
    secrets: LocalSecretsSpec | AwsSecretsSpec
    repository: HttpUrl
    revision: GitRevision
    kind: KindClusterSpec | None = None
    log_collector: Literal["alloy", "promtail"] = "alloy"
    frontend_node_port: NodePort | None = None

    @rule("ingress_source_cidrs")
    def _not_every_address(self) -> Iterator[Mistake]:
        """A range of every address would make the NetworkPolicies mean nothing."""
        for cidr in self.ingress_source_cidrs:
            if cidr.endswith("/0"):
                yield self.mistake("ingress_source_cidrs", "ranges of nodes or load balancers, not every address", cidr)

    @property
    def path(self) -> str:
        """Its directory in the repository."""
        return f"dist/{self.name}"

    @property
    def image_pull_secrets(self) -> tuple[str, ...]:
        """What pods that run the services' images name to pull them."""
        return self.secrets.image_pull_secrets

    def host(self, name: str) -> str:
        """A host name of this environment: `coffee` → `coffee.<domain>`."""
        return f"{name}.{self.domain}"

    def url(self, name: str) -> str:
        """What a person types to reach that host; a load balancer has a certificate."""
        return f"{'https' if isinstance(self.ingress, AlbSpec) else 'http'}://{self.host(name)}"

    def image(self, service: str) -> str:
        """The image of one of our services, from the image lock."""
        return locked_image(_LOCK, self.name, service).reference(self.registry)
