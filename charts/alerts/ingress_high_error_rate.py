"""The ingress controller answers with errors: also those that no service sees, because no request reached one."""

from crema.generators import AlbSpec, AlertSpec, AlertTestSpec, FiringSpec, NginxSpec, TraefikSpec

_DESCRIPTION = (
    "More than 5 % of the requests for {service} in the last 5 minutes were answered with a server error, and users see it. "
    "When the service itself says nothing of errors, no pod of it answered: "
    "`kubectl -n shop get endpointslices -l kubernetes.io/service-name={service}`"
)


def ingress_high_error_rate(controller: NginxSpec | TraefikSpec | AlbSpec) -> AlertSpec | None:
    """The alert for one controller; None for a load balancer outside of the cluster, which Prometheus cannot ask."""
    match controller:
        case NginxSpec():
            return _alert("nginx_ingress_controller_requests", 'status=~"5.."', 'namespace="shop"', _NGINX_TESTS)
        case TraefikSpec():
            return _alert("traefik_service_requests_total", 'code=~"5.."', 'service=~"shop-.*"', _TRAEFIK_TESTS)
        case AlbSpec():
            return None


def _alert(metric: str, errors: str, shop: str, tests: tuple[AlertTestSpec, ...]) -> AlertSpec:
    # Traefik calls the Service order of the namespace shop `shop-order-80@kubernetes`; nginx calls it order.
    return AlertSpec(
        alert="IngressHighErrorRate",
        expr=f"""\
label_replace(
  sum by (service) (rate({metric}{{{shop}, {errors}}}[5m]))
  /
  sum by (service) (rate({metric}{{{shop}}}[5m]))
  > 0.05
  and on (service)
  sum by (service) (increase({metric}{{{shop}, {errors}}}[5m])) >= 5,
  "service", "$1", "service", "shop-(.+)-[^-]+@kubernetes"
)
""",
        wait="2m",
        severity="critical",
        summary="requests for {{ $labels.service }} fail for {{ $value | humanizePercentage }} at the ingress",
        description=_DESCRIPTION.format(service="{{ $labels.service }}"),
        tests=tests,
    )


def _tests(right: str, wrong: str, elsewhere: str) -> tuple[AlertTestSpec, ...]:
    def firing(share: str) -> FiringSpec:
        return FiringSpec(
            labels={"service": "order"},
            summary=f"requests for order fail for {share} at the ingress",
            description=_DESCRIPTION.format(service="order"),
        )

    return (
        AlertTestSpec(
            name="requests that reach no pod are told of after two minutes, and no longer once they do",
            series={right: "0+20x10 200x10 200+20x20", wrong: "0x10 20+20x10 220x30"},
            expect={"10m": (), "12m": (), "14m": (firing("100%"),), "18m": (firing("100%"),), "40m": ()},
        ),
        AlertTestSpec(
            name="a third of the requests is enough",
            series={right: "0+4x20", wrong: "0+2x20", elsewhere: "0+900x20"},
            expect={"10m": (firing("33.33%"),)},
        ),
        AlertTestSpec(
            name="few errors among many requests, two of six requests, and what is not the shop's are no burst",
            series={right: "0+100x20", wrong: "0+4x20", elsewhere: "0+60x20"}
            | {right.replace("order", "billing"): "0x10 4x10", wrong.replace("order", "billing"): "0x10 2x10"}
            | {elsewhere.replace("order", "billing"): "0+60x20"},
            expect={"10m": (), "13m": (), "14m": (), "20m": ()},
        ),
    )


_NGINX = 'nginx_ingress_controller_requests{{namespace="{}", ingress="order", service="order", status="{}"}}'
_NGINX_TESTS = _tests(_NGINX.format("shop", 200), _NGINX.format("shop", 503), _NGINX.format("monitoring", 502))
_TRAEFIK = 'traefik_service_requests_total{{service="{}-order-80@kubernetes", method="GET", code="{}"}}'
_TRAEFIK_TESTS = _tests(_TRAEFIK.format("shop", 200), _TRAEFIK.format("shop", 503), _TRAEFIK.format("monitoring", 502))
