"""One path of one host to one Service, as an Ingress that ingress-nginx, Traefik or the AWS Load Balancer Controller reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from constructs import Construct

from crema.generators.checks import AnyText, Arn, DnsLabel, DnsName, HostName, LabelKey, Port, ServiceName, UrlPath
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Spec

_NGINX = "nginx.ingress.kubernetes.io"
_TRAEFIK = "traefik.ingress.kubernetes.io"
_ALB = "alb.ingress.kubernetes.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class NginxSpec(Spec):
    """An ingress-nginx controller.

    Args:
        class_name: of its IngressClass.
        ssl_redirect: send plain HTTP to HTTPS; off where there is no certificate.

    """

    class_name: DnsName = "nginx"
    ssl_redirect: bool = False

    def annotations(self, route: "IngressRouteSpec") -> dict[str, str]:
        """What the controller needs to know about this route."""
        del route  # nginx orders the paths of a host by their length by itself
        return {f"{_NGINX}/ssl-redirect": str(self.ssl_redirect).lower()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TraefikSpec(Spec):
    """A Traefik controller.

    Source: https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/

    Args:
        class_name: of its IngressClass.
        entry_points: the ports it takes requests on, by their names in its settings.

    """

    class_name: DnsName = "traefik"
    entry_points: tuple[DnsLabel, ...] = ("web",)

    def annotations(self, route: "IngressRouteSpec") -> dict[str, str]:
        """What the controller needs to know about this route."""
        del route  # Traefik, too, tries the longest rule first
        return {f"{_TRAEFIK}/router.entrypoints": ",".join(self.entry_points)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbSpec(Spec):
    """One application load balancer, shared by every route that names its group.

    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/

    Args:
        class_name: of its IngressClass.
        group: the routes of one group share one load balancer.
        certificate_arn: the ACM certificate of its HTTPS listener; HTTP is redirected to it.
        scheme: whether it has a public address.

    """

    certificate_arn: Arn
    group: DnsLabel
    class_name: DnsName = "alb"
    scheme: Literal["internet-facing", "internal"] = "internet-facing"

    def annotations(self, route: "IngressRouteSpec") -> dict[str, str]:
        """What the controller and external-dns need to know about this route."""
        return {
            f"{_ALB}/certificate-arn": self.certificate_arn,
            f"{_ALB}/group.name": self.group,
            # Between the Ingresses of a group only this order counts: `/` must come after every longer path (-1000 to 1000).
            f"{_ALB}/group.order": str(1000 - min(len(route.path), 1000)),
            f"{_ALB}/healthcheck-path": route.health_path,
            f"{_ALB}/listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
            f"{_ALB}/scheme": self.scheme,
            f"{_ALB}/ssl-redirect": "443",
            f"{_ALB}/target-type": "ip",
            "external-dns.alpha.kubernetes.io/hostname": route.host,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressRouteSpec(Spec):
    """A route; the path reaches the service as it is, so the service must serve it.

    Args:
        name: of the Ingress.
        controller: who serves it: NginxSpec, TraefikSpec or AlbSpec.
        host: the host name.
        path: everything under this path goes to the service.
        service: the Service's name, in the Ingress's namespace.
        service_port: the Service's port.
        health_path: the path of the service that answers 200; a load balancer asks it.
        annotations: further annotations; they win over those made here.
        namespace: of the Ingress and its Service, where it is not the chart's.

    """

    name: DnsName
    controller: NginxSpec | TraefikSpec | AlbSpec
    host: HostName
    path: UrlPath
    service: ServiceName
    service_port: Port = 80
    health_path: UrlPath = "/"
    annotations: Mapping[LabelKey, AnyText] = field(default_factory=dict)
    namespace: DnsLabel | None = None


def build(spec: IngressRouteSpec) -> tuple[Manifest, ...]:
    """One Ingress with one rule."""
    backend = {"service": {"name": spec.service, "port": {"number": spec.service_port}}}
    rule = {"host": spec.host, "http": {"paths": [{"path": spec.path, "pathType": "Prefix", "backend": backend}]}}
    return (
        Manifest(
            api_version="networking.k8s.io/v1",
            kind="Ingress",
            name=spec.name,
            namespace=spec.namespace,
            labels={"app.kubernetes.io/name": spec.service, "app.kubernetes.io/managed-by": "crema"},
            annotations={**spec.controller.annotations(spec), **spec.annotations},
            body={"spec": {"ingressClassName": spec.controller.class_name, "rules": [rule]}},
        ),
    )


class IngressRoute(Part[IngressRouteSpec]):
    """A route in a chart."""

    def __init__(self, scope: Construct, id: str, spec: IngressRouteSpec) -> None:
        """Add the Ingress to `scope`."""
        super().__init__(scope, id, spec, build)
