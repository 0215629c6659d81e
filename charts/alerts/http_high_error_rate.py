"""A service answers with errors, as its own traces say."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_CALLS = 'traces_spanmetrics_calls_total{service="order", span_kind="SPAN_KIND_SERVER", span_name="POST /api/order/orders"'
_HEALTH = 'traces_spanmetrics_calls_total{service="order", span_kind="SPAN_KIND_SERVER", span_name="GET /api/order/health"'
_RIGHT, _WRONG = 'status_code="STATUS_CODE_UNSET"}', 'status_code="STATUS_CODE_ERROR"}'
_DESCRIPTION = (
    "More than 5 % of what order was asked in the last 5 minutes ended in a server error, and users see it. "
    'Which: in Grafana, Explore, Tempo: `{ resource.service.name = "order" && status = error }`'
)

HTTP_HIGH_ERROR_RATE = AlertSpec(
    alert="HttpHighErrorRate",
    # From the services' traces (Tempo's span metrics), because not every environment has the same ingress controller. The kubelet's
    # probes are requests too, far more than a quiet shop has of others. Five errors make a burst; one in ten requests is none.
    expr="""\
sum by (service) (rate(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_ERROR"}[5m]))
/
sum by (service) (rate(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER", span_name!~".*/health"}[5m]))
> 0.05
and on (service)
sum by (service) (increase(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_ERROR"}[5m])) >= 5
""",
    wait="2m",
    severity="critical",
    summary="{{ $labels.service }} fails for {{ $value | humanizePercentage }} of its requests",
    description="More than 5 % of what {{ $labels.service }} was asked in the last 5 minutes ended in a server error, and users see it. "
    'Which: in Grafana, Explore, Tempo: `{ resource.service.name = "{{ $labels.service }}" && status = error }`',
    tests=(
        AlertTestSpec(
            name="a burst of errors is told of after two minutes, and no longer once requests succeed",
            # From the tenth minute on a third of the requests fail, for ten minutes; probes succeed all the time.
            series={f"{_CALLS}, {_RIGHT}": "0+20x40", f"{_CALLS}, {_WRONG}": "0x10 10+10x10 110x30", f"{_HEALTH}, {_RIGHT}": "0+60x60"},
            expect={
                "10m": (),
                "12m": (),
                "14m": (
                    FiringSpec(labels={"service": "order"}, summary="order fails for 28.57% of its requests", description=_DESCRIPTION),
                ),
                "18m": (
                    FiringSpec(
                        labels={"service": "order"},
                        summary="order fails for 33.33% of its requests",
                        description=_DESCRIPTION,
                    ),
                ),
                "30m": (),
            },
        ),
        AlertTestSpec(
            name="where every request fails the share is all of them, however many probes succeed",
            series={
                f"{_CALLS}, {_WRONG}": "0+2x20",
                f"{_HEALTH}, {_RIGHT}": "0+60x20",
                f"{_CALLS}, {_RIGHT}".replace("SERVER", "CLIENT"): "0+60x20",
            },
            expect={
                "10m": (FiringSpec(labels={"service": "order"}, summary="order fails for 100% of its requests", description=_DESCRIPTION),)
            },
        ),
        AlertTestSpec(
            name="a few errors among many requests, two of six requests, and calls that a service makes itself are no burst",
            series={
                f"{_CALLS}, {_RIGHT}": "0+100x40",
                f"{_CALLS}, {_WRONG}": "0+4x40",
                f"{_CALLS}, {_RIGHT}".replace("order", "billing"): "0x10 4x30",
                f"{_CALLS}, {_WRONG}".replace("order", "billing"): "0x10 2x30",
                f"{_CALLS}, {_WRONG}".replace("SERVER", "CLIENT"): "0+60x40",
                f"{_CALLS}, {_WRONG}".replace("SERVER", "CLIENT").replace("order", "billing"): "0+60x40",
            },
            expect={"10m": (), "13m": (), "14m": (), "40m": ()},
        ),
    ),
)
