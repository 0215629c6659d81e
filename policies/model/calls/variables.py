"""The variables of a container as it will see them, each with the place where its text stands.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.model.calls.address import UNKNOWN
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.world import World

_REFERENCE: Final = re.compile(r"\$(?P<dollar>\$)|\$\((?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable; `text` has UNKNOWN where a Secret or the cluster fills something in. `node` is where the text stands."""

    name: str
    text: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """What a container gets, by name. `whole`: that is all of it; False where a Secret or a ConfigMap that is not here adds more."""

    known: Mapping[str, Variable]
    whole: bool

    def fill(self, text: str) -> str:
        """A text with `$(NAME)` replaced, as the kubelet does it: a name that is not known stays."""

        def put(found: re.Match[str]) -> str:
            if found["dollar"]:
                return "$"
            variable = self.known.get(found["name"])
            return UNKNOWN if variable is None else variable.text

        return _REFERENCE.sub(put, text) if "$" in text else text


def variables(world: World, namespace: str, container: Node) -> Variables:
    """The variables of a container: those of whole ConfigMaps first, then its own in their order. `world` is the whole world."""
    known: dict[str, Variable] = {}
    whole = True
    for source in container.items("envFrom"):
        prefix = source.text("prefix") or ""
        name = source.text("configMapRef", "name")
        found = list(_entries(world, namespace, name)) if name else []
        whole = whole and bool(found)
        known |= {prefix + key: Variable(name=prefix + key, text=str(node.value), node=node) for key, node in found}
    for entry in container.items("env"):
        name = entry.text("name") or ""
        so_far = Variables(known=known, whole=whole)
        value = entry.get("value")
        if value is not None:
            known[name] = Variable(name=name, text=so_far.fill(str(value.value)), node=value)
            continue
        reference = entry.get("valueFrom", "configMapKeyRef")
        text = _entry(world, namespace, reference) if reference is not None else None
        known[name] = (
            Variable(name=name, text=UNKNOWN, node=entry) if text is None else Variable(name=name, text=str(text.value), node=text)
        )
    return Variables(known=known, whole=whole)


def _entry(world: World, namespace: str, reference: Node) -> Node | None:
    name, key = reference.text("name"), reference.text("key")
    found = dict(_entries(world, namespace, name)) if name else {}
    return found.get(key or "")


def _entries(world: World, namespace: str, name: str) -> Iterator[tuple[str, Node]]:
    manifest = world.get(Ref(group="", kind="ConfigMap", namespace=namespace, name=name))
    if manifest is not None:
        for key, node in manifest.root.entries("data"):
            if isinstance(node.value, str):
                yield key, node
