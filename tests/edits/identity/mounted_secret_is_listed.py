"""Edits that identity-mounted-secret-is-listed finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _spec(body: Body) -> Body:
    return at(values_of(body, "kube-prometheus-stack"), "alertmanager", "alertmanagerSpec") or {}


def _unlisted(body: Body) -> bool:
    return bool(_spec(body).pop("secrets", None))


def _other(body: Body) -> bool:
    names = _spec(body).get("secrets", [])
    names[:] = [f"{name}-v2" for name in names]
    return bool(names)


EDITS = (
    Edit(name="no Secret is listed", kinds=("Application",), change=_unlisted, everywhere=True),
    Edit(name="another Secret is listed", kinds=("Application",), change=_other, said="did you mean", everywhere=True),
)
