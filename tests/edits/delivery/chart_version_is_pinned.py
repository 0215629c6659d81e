"""Edits that delivery-chart-version-is-pinned finds."""

from tests.edits.edit import Body, Edit


def _range(body: Body) -> bool:
    source = body["spec"]["source"]
    if "chart" not in source:
        return False
    source["targetRevision"] = f"{source['targetRevision'].partition('.')[0]}.x"
    return True


def _tilde(body: Body) -> bool:
    source = body["spec"]["source"]
    if "chart" not in source:
        return False
    source["targetRevision"] = f"~{source['targetRevision']}"
    return True


def _none(body: Body) -> bool:
    source = body["spec"]["source"]
    return "chart" in source and source.pop("targetRevision", None) is not None


EDITS = (
    Edit(name="a range", kinds=("Application",), change=_range, said="is no one version", everywhere=True),
    Edit(name="a tilde", kinds=("Application",), change=_tilde, said="is no one version", everywhere=True),
    Edit(name="no version", kinds=("Application",), change=_none, said="has no targetRevision", everywhere=True),
)
