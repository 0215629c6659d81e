"""Ways into a body that an edit changes: lenient, for an edit looks for a place and says when there is none."""

from collections.abc import Iterator
from typing import Any

from tests.edits.edit import Body


def at(body: Body, *keys: str | int) -> Any:
    """The value at a chain of keys and positions; None where there is none."""
    here: Any = body
    for key in keys:
        if isinstance(key, int):
            here = here[key] if isinstance(here, list) and key < len(here) else None
        else:
            here = here.get(key) if isinstance(here, dict) else None
    return here


def put(body: Body, value: Any, *keys: str | int) -> bool:
    """Give what is at a chain of keys another value; False where nothing is there, or that value already."""
    before = at(body, *keys)
    if before is None or before == value:
        return False
    at(body, *keys[:-1])[keys[-1]] = value
    return True


def drop(body: Body, *keys: str | int) -> bool:
    """Take away what is at a chain of keys; False where nothing is there."""
    if at(body, *keys) is None:
        return False
    del at(body, *keys[:-1])[keys[-1]]
    return True


def annotate(body: Body, key: str, value: str) -> bool:
    """Give an object an annotation."""
    body["metadata"].setdefault("annotations", {})[key] = value
    return True


def pod_specs(body: Any) -> Iterator[Body]:
    """Every specification of pods in a body, however deep."""
    if isinstance(body, dict):
        spec = body.get("spec")
        if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
            yield spec
        for value in body.values():
            yield from pod_specs(value)
    elif isinstance(body, list):
        for value in body:
            yield from pod_specs(value)


def containers(body: Body) -> Iterator[Body]:
    """Every ordinary and every init container of the pods in a body."""
    for spec in pod_specs(body):
        yield from (*spec["containers"], *spec.get("initContainers", ()))
