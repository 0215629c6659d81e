"""Edits that delivery-data-is-never-pruned finds."""

from tests.edits.edit import Body, Edit

_OPTIONS = "argocd.argoproj.io/sync-options"
_KINDS = ("PersistentVolumeClaim", "StatefulSet", "Namespace")


def _unsaid(body: Body) -> bool:
    return body["metadata"].get("annotations", {}).pop(_OPTIONS, None) is not None


def _half(body: Body) -> bool:
    notes = body["metadata"].get("annotations", {})
    if _OPTIONS not in notes:
        return False
    notes[_OPTIONS] = "Prune=false"
    return True


EDITS = (
    Edit(name="nothing keeps it", kinds=_KINDS, change=_unsaid, said="holds data and lacks Prune=false"),
    Edit(name="it is not kept when its Application goes", kinds=_KINDS, change=_half, said="lacks Delete=false"),
)
