"""What Tempo counts of traces does not reach Prometheus, and HttpHighErrorRate is made of it."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_SPANS = 'tempo_distributor_spans_received_total{job="tempo", tenant="single-tenant"}'
_SUMMARY = "Tempo counts no requests, though it receives spans"
_DESCRIPTION = (
    "Prometheus has no traces_spanmetrics_calls_total: the metrics generator is off, or cannot write to Prometheus. Users notice "
    "nothing, but HttpHighErrorRate cannot fire. First: `kubectl -n monitoring logs tempo-0 -c tempo --tail=200 | grep -i remote`"
)
_FIRING = FiringSpec(summary=_SUMMARY, description=_DESCRIPTION)
SPAN_METRICS_MISSING = AlertSpec(
    alert="SpanMetricsMissing",
    # The whole way at once: processors, the generator's remote write, Prometheus' receiver.
    expr="""\
sum(rate(tempo_distributor_spans_received_total[5m])) > 0
unless on ()
count(traces_spanmetrics_calls_total)
""",
    wait="15m",
    severity="warning",
    summary=_SUMMARY,
    description=_DESCRIPTION,
    tests=(
        AlertTestSpec(
            name="counts that stop coming are told of, and no longer once they come again",
            series={_SPANS: "0+50x70", 'traces_spanmetrics_calls_total{service="order"}': "0+50x10 _x30 0+50x20"},
            expect={"20m": (), "35m": (_FIRING,), "50m": ()},
        ),
        AlertTestSpec(
            name="a generator that never counted counts",
            series={_SPANS: "0+50x70"},
            expect={"15m": (), "17m": (_FIRING,)},
        ),
        AlertTestSpec(
            name="without spans there is nothing to count",
            series={_SPANS: "7x60"},
            expect={"20m": (), "60m": ()},
        ),
    ),
)
