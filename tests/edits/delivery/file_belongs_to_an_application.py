"""Edits that delivery-file-belongs-to-an-application finds."""

from tests.edits.edit import REMOVED, Body, Edit, Removed


def _removed(body: Body) -> bool | Removed:
    return REMOVED if "path" in body["spec"]["source"] else False


def _elsewhere(body: Body) -> bool:
    source = body["spec"]["source"]
    above, _, name = source.get("path", "").rpartition("/")
    if not above or name in {"alerts", "_root"}:
        return False
    source["path"] = f"{above}/alerts"
    return True


EDITS = (
    Edit(name="the Application of a folder is gone", kinds=("Application",), change=_removed, said="no Application reads", everywhere=True),
    Edit(
        name="its Application reads another folder", kinds=("Application",), change=_elsewhere, said="no Application reads", everywhere=True
    ),
)
