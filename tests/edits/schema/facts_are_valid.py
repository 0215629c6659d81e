"""Edits that schema-facts-are-valid finds."""

from tests.edits.body import drop, put
from tests.edits.edit import Edit

EDITS = (
    Edit(
        name="the cluster is left out",
        kinds=("facts.yaml",),
        change=lambda body: drop(body, "cluster"),
        environments=("repository",),
        everywhere=True,
    ),
    Edit(
        name="another schema",
        kinds=("facts.yaml",),
        change=lambda body: put(body, "crema-facts/v0", "schema"),
        environments=("repository",),
        everywhere=True,
    ),
)
