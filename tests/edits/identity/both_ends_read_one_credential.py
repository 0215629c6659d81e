"""Edits that identity-both-ends-read-one-credential finds."""

from tests.edits.body import at, containers, put
from tests.edits.edit import Body, Edit


def _of_somebody_else(body: Body) -> bool:
    """The service logs in with the password of root, which the database does not give it; or the database with another than all."""
    variables = [variable for container in containers(body) for variable in container.get("env", ())]
    named = [v for v in variables if at(v, "valueFrom", "secretKeyRef", "name") == "mysql-secret"]
    return any(put(variable, "ecr-credentials", "valueFrom", "secretKeyRef", "name") for variable in named)


EDITS = (
    Edit(
        name="one end reads another generated Secret",
        kinds=("Deployment", "StatefulSet"),
        change=_of_somebody_else,
        environments=("local",),
        said="logs in at mysql",
        everywhere=True,
    ),
)
