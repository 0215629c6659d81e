"""Edits that delivery-application-syncs-by-itself finds."""

from tests.edits.body import drop, put
from tests.edits.edit import Body, Edit

_AUTOMATED = ("spec", "syncPolicy", "automated")


def _manual(body: Body) -> bool:
    return drop(body, *_AUTOMATED)


def _keeping(body: Body) -> bool:
    return drop(body, *_AUTOMATED, "prune")


def _drifting(body: Body) -> bool:
    return put(body, False, *_AUTOMATED, "selfHeal")


EDITS = (
    Edit(name="a person has to sync", kinds=("Application",), change=_manual, said="automated is missing", everywhere=True),
    Edit(name="nothing is taken away", kinds=("Application",), change=_keeping, said="automated.prune", everywhere=True),
    Edit(name="nothing is set back", kinds=("Application",), change=_drifting, said="automated.selfHeal", everywhere=True),
)
