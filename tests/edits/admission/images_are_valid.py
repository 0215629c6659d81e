"""Edits that admission-images-are-valid finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _an_image_with_a_capital(body: Body) -> bool:
    for container in containers(body):
        container["image"] = f"shop/Main-{container['image'].rpartition('/')[2]}"
        return True
    return False


def _an_image_with_a_space(body: Body) -> bool:
    for container in containers(body):
        container["image"] += " "
        return True
    return False


EDITS = (
    Edit(
        name="an image with a capital",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_an_image_with_a_capital,
        said="capital letters",
    ),
    Edit(name="an image with a space", kinds=("Deployment", "StatefulSet", "CronJob"), change=_an_image_with_a_space, said="a space"),
)
