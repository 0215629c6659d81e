"""Edits that delivery-waves-do-not-wait-in-a-circle finds."""

from tests.edits.edit import Body, Edit

_WAVE = "argocd.argoproj.io/sync-wave"
_HOOK = "argocd.argoproj.io/hook"


def _late(body: Body) -> bool:
    body["metadata"].setdefault("annotations", {})[_WAVE] = "5"
    return True


def _early(body: Body) -> bool:
    body["metadata"].setdefault("annotations", {})[_HOOK] = "PreSync"
    return True


def _after(body: Body) -> bool:
    body["metadata"].setdefault("annotations", {})[_HOOK] = "PostSync"
    return True


EDITS = (
    Edit(
        name="what a workload needs is in a later wave", kinds=("ServiceAccount",), change=_late, said="only when it is done (Sync, wave 5)"
    ),
    Edit(name="a workload is a hook before the sync", kinds=("Deployment",), change=_early, said="(PreSync) needs"),
    Edit(name="what a workload needs is a hook after the sync", kinds=("ServiceAccount",), change=_after, said="(PostSync)"),
)
