"""Edits that admission-containers-are-valid finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _a_name_with_a_capital(body: Body) -> bool:
    for container in containers(body):
        container["name"] = f"Main-{container['name']}"
        return True
    return False


def _a_name_with_an_underscore(body: Body) -> bool:
    for container in containers(body):
        container["name"] = f"{container['name']}_api"
        return True
    return False


EDITS = (
    Edit(name="a name with a capital", kinds=("Deployment", "StatefulSet", "CronJob"), change=_a_name_with_a_capital, said='is "Main-'),
    Edit(name="a name with an underscore", kinds=("Deployment", "StatefulSet", "CronJob"), change=_a_name_with_an_underscore, said='_api"'),
)
