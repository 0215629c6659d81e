"""No trace reaches Tempo, and HttpHighErrorRate is made of traces."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_AVAILABLE = 'kube_deployment_status_replicas_available{job="kube-state-metrics", namespace="shop", deployment="order"}'
_SPANS = 'tempo_distributor_spans_received_total{job="tempo", tenant="single-tenant"}'
_SUMMARY = "Tempo has received no span for 15 minutes"
_DESCRIPTION = (
    "Services run and are probed, so that spans come without customers too: Tempo stands still or cannot be reached. Users notice "
    "nothing, but HttpHighErrorRate is blind. First: `kubectl -n monitoring logs tempo-0 -c tempo --tail=50`"
)
_FIRING = FiringSpec(labels={"namespace": "shop"}, summary=_SUMMARY, description=_DESCRIPTION)
TRACES_NOT_ARRIVING = AlertSpec(
    alert="TracesNotArriving",
    # The frontend's pages are files, and of them there are no traces.
    expr="""\
sum by (namespace) (
  kube_deployment_status_replicas_available{job="kube-state-metrics", namespace="shop", deployment!="frontend"}
) > 0
unless on ()
sum(rate(tempo_distributor_spans_received_total[5m])) > 0
""",
    wait="10m",
    severity="warning",
    summary=_SUMMARY,
    description=_DESCRIPTION,
    tests=(
        AlertTestSpec(
            name="spans that stop coming while services run are told of, and no longer once they come again",
            series={_AVAILABLE: "1x60", _SPANS: "0+50x10 500x20 500+50x20"},
            expect={"14m": (), "27m": (_FIRING,), "45m": ()},
        ),
        AlertTestSpec(
            name="a Tempo that never received a span counts",
            series={_AVAILABLE: "1x60"},
            expect={"9m": (), "11m": (_FIRING,)},
        ),
        AlertTestSpec(
            name="where no service runs there is nothing to trace",
            series={
                _AVAILABLE: "0x60",
                _AVAILABLE.replace("order", "frontend"): "1x60",
                _AVAILABLE.replace("shop", "argocd"): "1x60",
                _SPANS: "0x60",
            },
            expect={"15m": (), "60m": ()},
        ),
    ),
)
