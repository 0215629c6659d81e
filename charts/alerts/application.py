"""Argo CD cannot make the cluster what git says, or what it made does not work."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_OF = 'argocd_app_info{namespace="argocd", name="order", project="shop"'


def _app(sync: str = "Synced", health: str = "Healthy") -> str:
    return f'{_OF}, sync_status="{sync}", health_status="{health}"}}'


def _firing(summary: str, description: str) -> FiringSpec:
    return FiringSpec(labels={"name": "order", "project": "shop"}, summary=summary, description=description)


_OUT_OF_SYNC = (
    "For 30 minutes the cluster has not been what git says, and Argo CD, which mends that by itself, could not: "
    "what was merged is not live, or a change by hand stays. Why: `kubectl -n argocd describe application {name}`"
)
APPLICATION_OUT_OF_SYNC = AlertSpec(
    alert="ApplicationOutOfSync",
    # Unknown, which is neither, is what an Application is whose repository cannot be read.
    expr='max by (name, project) (argocd_app_info{sync_status!="Synced"}) > 0',
    wait="30m",
    severity="warning",
    summary="Argo CD cannot sync {{ $labels.name }}",
    description=_OUT_OF_SYNC.format(name="{{ $labels.name }}"),
    tests=(
        AlertTestSpec(
            name="one that stays out of sync is told of after half an hour, whatever its health, and no longer once it is synced",
            series={
                _app("Synced"): "1 stale _x50 1x20",
                _app("OutOfSync"): "_ 1x20 stale",
                _app("OutOfSync", "Progressing"): "_x22 1x30 stale",
            },
            expect={"30m": (), "32m": (_firing("Argo CD cannot sync order", _OUT_OF_SYNC.format(name="order")),), "60m": ()},
        ),
        AlertTestSpec(
            name="an Application whose repository cannot be read counts",
            series={_app("Unknown"): "1x40"},
            expect={"31m": (_firing("Argo CD cannot sync order", _OUT_OF_SYNC.format(name="order")),)},
        ),
        AlertTestSpec(
            name="a sync that takes a while is none",
            series={_app("Synced"): "1x10 stale _x20 1x40", _app("OutOfSync"): "_x11 1x19 stale"},
            expect={"29m": (), "45m": (), "60m": ()},
        ),
    ),
)

_DEGRADED = (
    "For 15 minutes something in it has been broken or missing, as Argo CD sees it: what it delivers works in part or not at all. "
    "Which object: `kubectl -n argocd get application {name} -o yaml`, under status.resources"
)
APPLICATION_DEGRADED = AlertSpec(
    alert="ApplicationDegraded",
    expr='max by (name, project) (argocd_app_info{health_status=~"Degraded|Missing"}) > 0',
    wait="15m",
    severity="warning",
    summary="Argo CD finds {{ $labels.name }} degraded",
    description=_DEGRADED.format(name="{{ $labels.name }}"),
    tests=(
        AlertTestSpec(
            name="what stays degraded is told of after a quarter of an hour, synced or not, and no longer once it is healthy",
            series={
                _app(health="Degraded"): "1x10 stale",
                _app("OutOfSync", "Degraded"): "_x11 1x10 stale",
                _app(health="Healthy"): "_x22 1x30",
            },
            expect={
                "14m": (),
                "16m": (_firing("Argo CD finds order degraded", _DEGRADED.format(name="order")),),
                "40m": (),
            },
        ),
        AlertTestSpec(
            name="what is missing counts",
            series={_app(health="Missing"): "1x20"},
            expect={"16m": (_firing("Argo CD finds order degraded", _DEGRADED.format(name="order")),)},
        ),
        AlertTestSpec(
            name="a roll-out on its way and an Application that is suspended are not degraded",
            series={_app(health="Progressing"): "1x60", _app(health="Suspended").replace("order", "billing"): "1x60"},
            expect={"20m": (), "60m": ()},
        ),
    ),
)
