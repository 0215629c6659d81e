"""Edits that delivery-helm-values-are-read finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _misspelt(body: Body) -> bool:
    values = at(body, "spec", "source", "helm", "valuesObject")
    if values:
        first = min(values)
        values[f"{first}s"] = values.pop(first)
    return bool(values)


EDITS = (Edit(name="the first key of the values is misspelt", kinds=("Application",), change=_misspelt, everywhere=True),)
