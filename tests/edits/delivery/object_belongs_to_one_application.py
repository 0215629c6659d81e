"""Edits that delivery-object-belongs-to-one-application finds."""

from tests.edits.edit import Body, Edit


def _elsewhere(body: Body) -> bool:
    source = body["spec"]["source"]
    above, _, name = source.get("path", "").rpartition("/")
    if not above or name in {"alerts", "_root"}:
        return False
    source["path"] = f"{above}/alerts"
    return True


def _above(body: Body) -> bool:
    source = body["spec"]["source"]
    above, _, name = source.get("path", "").rpartition("/")
    if not above or name == "_root":
        return False
    source["path"] = above
    return True


def _named(body: Body) -> bool:
    if body["metadata"]["name"] in {"billing", "mysql"}:
        return False
    body["metadata"] |= {"name": "billing", "namespace": "shop"}
    return True


EDITS = (
    Edit(name="it reads the folder of another", kinds=("Application",), change=_elsewhere, said="applies too"),
    Edit(name="it reads the folder that all are in", kinds=("Application",), change=_above, said="applies too", everywhere=True),
    Edit(
        name="a Service has the name of another",
        kinds=("Service",),
        change=_named,
        said="is applied by Application billing too",
    ),
)
