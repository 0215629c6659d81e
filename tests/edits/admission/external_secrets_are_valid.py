"""Edits that admission-external-secrets-are-valid finds."""

from tests.edits.edit import Body, Edit


def _deletes_what_it_does_not_own(body: Body) -> bool:
    body["spec"].setdefault("target", {}).update(creationPolicy="Merge", deletionPolicy="Delete")
    return True


def _takes_nothing(body: Body) -> bool:
    found = [body["spec"].pop(key) for key in ("data", "dataFrom") if key in body["spec"]]
    return bool(found)


EDITS = (
    Edit(name="deletes what it does not own", kinds=("ExternalSecret",), change=_deletes_what_it_does_not_own, said="that it owns"),
    Edit(name="takes nothing", kinds=("ExternalSecret",), change=_takes_nothing, said="neither data nor dataFrom"),
)
