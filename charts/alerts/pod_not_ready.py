"""A pod takes no requests: a roll-out failed, or it cannot start."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec


def _pod(ready: str, phase: str = "Running", now: str = "1x30") -> dict[str, str]:
    """What kube-state-metrics says of one pod: 1 for the state it is in, 0 for the others."""
    of = 'job="kube-state-metrics", namespace="shop", pod="order-1"'
    opposite = " ".join(("0" if word[0] == "1" else "1") + word[1:] for word in ready.split())
    return {
        f'kube_pod_status_ready{{{of}, condition="true"}}': ready,
        f'kube_pod_status_ready{{{of}, condition="false"}}': opposite,
        f'kube_pod_status_ready{{{of}, condition="unknown"}}': "0x30",
        f'kube_pod_status_phase{{{of}, phase="{phase}"}}': now,
    }


_FIRING = FiringSpec(
    labels={"namespace": "shop", "pod": "order-1"},
    summary="shop/order-1 is not ready",
    description="It has not been ready for 5 minutes and takes no requests: a roll-out failed, or the pod cannot start. "
    "With no other pod of its kind, its service is down. Why: `kubectl -n shop describe pod order-1`",
)

POD_NOT_READY = AlertSpec(
    alert="PodNotReady",
    # Pods of finished Jobs are never ready, and nothing is wrong with them.
    expr="""\
max by (namespace, pod) (kube_pod_status_ready{job="kube-state-metrics", condition=~"false|unknown"}) == 1
and on (namespace, pod)
max by (namespace, pod) (kube_pod_status_phase{job="kube-state-metrics", phase=~"Pending|Running|Unknown"}) == 1
""",
    wait="5m",
    severity="critical",
    summary="{{ $labels.namespace }}/{{ $labels.pod }} is not ready",
    description="It has not been ready for 5 minutes and takes no requests: a roll-out failed, or the pod cannot start. "
    "With no other pod of its kind, its service is down. Why: `kubectl -n {{ $labels.namespace }} describe pod {{ $labels.pod }}`",
    tests=(
        AlertTestSpec(
            name="a pod that stops being ready is told of after five minutes, and no longer once it is ready",
            series=_pod("1x5 0x10 1x10"),
            expect={"9m": (), "11m": (_FIRING,), "20m": ()},
        ),
        AlertTestSpec(
            name="a pod that cannot be scheduled, or whose node is gone, counts",
            series={**_pod("0x30", "Pending"), **{k.replace("order-1", "order-2"): v for k, v in _pod("0x30", "Unknown").items()}},
            expect={
                "4m": (),
                "6m": (
                    _FIRING,
                    FiringSpec(
                        labels={"namespace": "shop", "pod": "order-2"},
                        summary="shop/order-2 is not ready",
                        description=(_FIRING.description or "").replace("order-1", "order-2"),
                    ),
                ),
            },
        ),
        AlertTestSpec(
            name="pods of finished Jobs, and one that is ready again within five minutes, are no trouble",
            series={**_pod("0x30", "Succeeded"), **{k.replace("order-1", "order-2"): v for k, v in _pod("1x5 0x4 1x20").items()}},
            expect={"6m": (), "10m": (), "11m": (), "30m": ()},
        ),
    ),
)
