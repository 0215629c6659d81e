"""Edits that delivery-hook-leaves-what-others-use finds."""

from tests.edits.edit import Body, Edit


def _hook(body: Body) -> bool:
    notes = body["metadata"].setdefault("annotations", {})
    notes |= {"argocd.argoproj.io/hook": "PreSync", "argocd.argoproj.io/hook-delete-policy": "HookSucceeded"}
    return True


def _of_helm(body: Body) -> bool:
    notes = body["metadata"].setdefault("annotations", {})
    notes |= {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "hook-succeeded"}
    return True


_KINDS = ("ConfigMap", "ServiceAccount")
EDITS = (
    Edit(name="what a workload needs is a hook that goes", kinds=_KINDS, change=_hook, said="is deleted when the sync has succeeded"),
    Edit(name="with the words of Helm", kinds=_KINDS, change=_of_helm, said="is deleted when the sync has succeeded"),
)
