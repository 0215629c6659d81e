"""Edits that schema-object-agrees-with-itself finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _labels(body: Body) -> bool:
    labels = at(body, "spec", "template", "metadata", "labels")
    for key in labels or ():
        labels[key] += "-new"
    return bool(labels)


EDITS = (Edit(name="the pods have other labels", kinds=("Deployment", "StatefulSet"), change=_labels, everywhere=True),)
