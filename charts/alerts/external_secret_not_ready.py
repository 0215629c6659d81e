"""A Secret cannot be made or renewed."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_CONDITION = 'externalsecret_status_condition{namespace="shop", name="mysql-secret", condition="Ready", status='
_DESCRIPTION = (
    "For 10 minutes its Secret could not be made or renewed. Pods that need a Secret that is not there do not start; an old one is used "
    "until it expires. Why: `kubectl -n {namespace} describe externalsecret {name}`"
)
_FIRING = FiringSpec(
    labels={"namespace": "shop", "name": "mysql-secret"},
    summary="ExternalSecret shop/mysql-secret is not ready",
    description=_DESCRIPTION.format(namespace="shop", name="mysql-secret"),
)

EXTERNAL_SECRET_NOT_READY = AlertSpec(
    alert="ExternalSecretNotReady",
    expr='max by (namespace, name) (externalsecret_status_condition{condition="Ready", status="False"}) == 1',
    wait="10m",
    severity="warning",
    summary="ExternalSecret {{ $labels.namespace }}/{{ $labels.name }} is not ready",
    description=_DESCRIPTION.format(namespace="{{ $labels.namespace }}", name="{{ $labels.name }}"),
    tests=(
        AlertTestSpec(
            name="one that stays unready is told of after ten minutes, and no longer once it is ready",
            series={f'{_CONDITION}"False"}}': "0x5 1x20 0x20", f'{_CONDITION}"True"}}': "1x5 0x20 1x20"},
            expect={"15m": (), "17m": (_FIRING,), "30m": ()},
        ),
        AlertTestSpec(
            name="one that never was ready counts",
            series={f'{_CONDITION}"False"}}': "1x20"},
            expect={"11m": (_FIRING,)},
        ),
        AlertTestSpec(
            name="one that is ready again within ten minutes, or was deleted, is no trouble",
            series={
                f'{_CONDITION}"False"}}': "1x8 0x30",
                f'{_CONDITION}"False"}}'.replace("mysql-secret", "gone"): "1x5 stale",
                f'{_CONDITION}"True"}}'.replace("mysql-secret", "other"): "1x40",
                f'{_CONDITION}"False"}}'.replace("Ready", "Deleted"): "1x40",
            },
            expect={"9m": (), "12m": (), "38m": ()},
        ),
    ),
)
