"""Edits that schema-readers-agree finds."""

from tests.edits.edit import TextEdit

EDITS = (
    TextEdit(
        name="the name is given twice",
        kinds=("Service", "Deployment", "ConfigMap"),
        change=lambda text: text.replace("\n  name: ", "\n  name: other\n  name: ", 1),
        everywhere=True,
    ),
    TextEdit(
        name="a label that is a boolean", kinds=("Service",), change=lambda text: text.replace("labels:\n", "labels:\n    fast: yes\n", 1)
    ),
)
