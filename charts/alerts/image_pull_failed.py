"""An image cannot be pulled."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_OF = 'job="kube-state-metrics", namespace="shop", pod="order-1", container="order"'
_WAITING = f"kube_pod_container_status_waiting_reason{{{_OF}, reason="
_DESCRIPTION = (
    "For 3 minutes the node has not got the image: its tag is not in the registry, or the credentials to pull it have expired. "
    "A roll-out stands still; where no older pod runs, the service is down. Which: `kubectl -n {namespace} describe pod {pod}`"
)


def _firing(pod: str) -> FiringSpec:
    return FiringSpec(
        labels={"namespace": "shop", "pod": pod, "container": "order"},
        summary=f"the image of order in shop/{pod} cannot be pulled",
        description=_DESCRIPTION.format(namespace="shop", pod=pod),
    )


IMAGE_PULL_FAILED = AlertSpec(
    alert="ImagePullFailed",
    # The reason goes back and forth between the first two; the alert must not begin anew each time.
    expr="""\
max by (namespace, pod, container) (
  {__name__=~"kube_pod_(init_)?container_status_waiting_reason", job="kube-state-metrics",
   reason=~"ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull"}
) > 0
""",
    wait="3m",
    severity="warning",
    summary="the image of {{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} cannot be pulled",
    description=_DESCRIPTION.format(namespace="{{ $labels.namespace }}", pod="{{ $labels.pod }}"),
    tests=(
        AlertTestSpec(
            name="the reason may change, and the alert stays until the image is there",
            series={
                f'{_WAITING}"ErrImagePull"}}': "1 stale 1 stale 1 stale 1 stale stale",
                f'{_WAITING}"ImagePullBackOff"}}': "stale 1 stale 1 stale 1 stale 1 stale",
            },
            expect={"2m": (), "4m": (_firing("order-1"),), "9m": ()},
        ),
        AlertTestSpec(
            name="an init container's image counts as well, and a name that is none, and an image that may not be pulled",
            series={
                f'kube_pod_init_container_status_waiting_reason{{{_OF}, reason="ImagePullBackOff"}}': "1x9",
                f'{_WAITING}"InvalidImageName"}}'.replace("order-1", "order-2"): "1x9",
                f'{_WAITING}"ErrImageNeverPull"}}'.replace("order-1", "order-3"): "1x9",
            },
            expect={"4m": (_firing("order-1"), _firing("order-2"), _firing("order-3"))},
        ),
        AlertTestSpec(
            name="a container that waits for something else, and one try that failed, are no trouble of images",
            series={f'{_WAITING}"ContainerCreating"}}': "1x20", f'{_WAITING}"ErrImagePull"}}': "1 1 stale"},
            expect={"1m": (), "4m": (), "20m": ()},
        ),
    ),
)
