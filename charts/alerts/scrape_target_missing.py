"""Prometheus is told of no target at all where one must be: an alert that reads its metrics can never fire.

A target that is there and does not answer is TargetDown's, an alert of kube-prometheus-stack.
"""

from crema.generators import AlbSpec, AlertSpec, AlertTestSpec, FiringSpec, NginxSpec, TraefikSpec

# Namespace and Service of everything that our alerts read metrics of: each needs a ServiceMonitor, so the values of its chart have to
# turn it on. Where a chart is known to name others' namespaces or Services in its labels, `honorLabels` has to be on as well.
_TARGETS = (
    ("monitoring", "kube-prometheus-stack-kube-state-metrics"),
    ("monitoring", "loki"),
    ("monitoring", "tempo"),
    ("argocd", "argocd-application-controller-metrics"),
    ("external-secrets", "external-secrets-metrics"),
)


def targets(controller: NginxSpec | TraefikSpec | AlbSpec) -> tuple[tuple[str, str], ...]:
    """(namespace, Service) of each target, with that of the ingress controller where one runs in the cluster."""
    match controller:
        case NginxSpec():
            return (*_TARGETS, ("ingress-nginx", "ingress-nginx-controller-metrics"))
        case TraefikSpec():
            return (*_TARGETS, ("traefik", "traefik-metrics"))
        case AlbSpec():
            return _TARGETS


def scrape_target_missing(controller: NginxSpec | TraefikSpec | AlbSpec) -> AlertSpec:
    """The alert over all targets of an environment."""
    wanted = targets(controller)
    up = [f'up{{namespace="{namespace}", service="{service}"}}' for namespace, service in wanted]
    return AlertSpec(
        alert="ScrapeTargetMissing",
        expr="\nor\n".join(f"absent({each})" for each in up) + "\n",
        wait="10m",
        severity="warning",
        summary="Prometheus has no target {{ $labels.namespace }}/{{ $labels.service }}",
        description=_description("{{ $labels.namespace }}"),
        tests=(
            AlertTestSpec(
                name="a target that goes away is told of after ten minutes, and no longer once it is back",
                series={**dict.fromkeys(up[1:], "1x60"), up[0]: "1x5 stale _x20 1x30"},
                expect={"15m": (), "17m": (_firing(*wanted[0]),), "40m": ()},
            ),
            AlertTestSpec(
                name="each of them counts",
                series={"up": "1x60"},
                expect={"11m": tuple(_firing(*target) for target in wanted)},
            ),
            AlertTestSpec(
                name="a target that does not answer is there",
                series=dict.fromkeys(up, "0x60"),
                expect={"11m": (), "60m": ()},
            ),
        ),
    )


def _firing(namespace: str, service: str) -> FiringSpec:
    return FiringSpec(
        labels={"namespace": namespace, "service": service},
        summary=f"Prometheus has no target {namespace}/{service}",
        description=_description(namespace),
    )


def _description(namespace: str) -> str:
    return (
        "For 10 minutes nothing has told Prometheus to ask this Service for metrics. Users notice nothing, but alerts that need them "
        f"cannot fire. First: `kubectl -n {namespace} get servicemonitors,services,endpointslices`"
    )
