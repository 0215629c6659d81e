"""Edits that admission-versions-are-served finds."""

from tests.edits.edit import Body, Edit


def _a_kind_that_goes_away(body: Body) -> bool:
    name = body["metadata"]
    body.clear()
    body |= {"apiVersion": "v1", "kind": "Endpoints", "metadata": name, "subsets": []}
    return True


EDITS = (Edit(name="a kind that goes away", kinds=("ServiceAccount",), change=_a_kind_that_goes_away, said="goes away"),)
