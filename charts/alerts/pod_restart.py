"""A container died and was started again."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_RESTARTS = 'kube_pod_container_status_restarts_total{job="kube-state-metrics", namespace="shop", pod="order-1", container="order"}'
_FIRING = FiringSpec(
    labels={"namespace": "shop", "pod": "order-1", "container": "order"},
    summary="order in shop/order-1 was restarted",
    description="The container order died and was started again within the last 10 minutes; what it was doing is lost. "
    "Why: `kubectl -n shop logs order-1 -c order --previous`",
)

POD_RESTART = AlertSpec(
    alert="PodRestart",
    expr="""\
max by (namespace, pod, container) (
  increase(kube_pod_container_status_restarts_total{job="kube-state-metrics"}[10m])
) > 0
""",
    severity="warning",
    summary="{{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} was restarted",
    description="The container {{ $labels.container }} died and was started again within the last 10 minutes; what it was doing is lost. "
    "Why: `kubectl -n {{ $labels.namespace }} logs {{ $labels.pod }} -c {{ $labels.container }} --previous`",
    tests=(
        AlertTestSpec(
            name="one restart is told at once, and is over ten minutes later",
            series={_RESTARTS: "0x4 1x30"},
            expect={"4m": (), "6m": (_FIRING,), "20m": ()},
        ),
        AlertTestSpec(
            name="a container that keeps dying stays told of",
            series={_RESTARTS: "0 0 1 1 1 1 2x5 3x5 4x5"},
            expect={"20m": (_FIRING,)},
        ),
        AlertTestSpec(
            name="restarts of long ago, a new pod and an exporter that came back are no restart",
            series={
                _RESTARTS: "7x30",
                'kube_pod_container_status_restarts_total{job="kube-state-metrics", namespace="shop", pod="order-2"}': "_x10 0x20",
                'kube_pod_container_status_restarts_total{job="kube-state-metrics", namespace="shop", pod="mysql-0"}': "3x5 _x8 3x20",
            },
            expect={"0": (), "12m": (), "15m": (), "30m": ()},
        ),
    ),
)
