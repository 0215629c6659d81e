"""Edits that admission-storage-is-valid finds."""

from tests.edits.body import put
from tests.edits.edit import Body, Edit


def _a_claim_of_nothing(body: Body) -> bool:
    return put(body, "0", "spec", "resources", "requests", "storage")


def _a_mode_that_does_not_stand(body: Body) -> bool:
    return put(body, ["ReadWriteOncePod", "ReadWriteMany"], "spec", "accessModes")


EDITS = (
    Edit(name="a claim of nothing", kinds=("PersistentVolumeClaim",), change=_a_claim_of_nothing, said="more than 0"),
    Edit(
        name="a mode that does not stand alone",
        kinds=("PersistentVolumeClaim",),
        change=_a_mode_that_does_not_stand,
        said="it stands alone",
    ),
)
