"""What a chart's file says of its classes, and a place in it that can hold a value."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from crema.policies.model.python_names import Function
from crema.policies.model.python_scope import Text, root_of

OWN_INIT: Final = "__init__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place that holds a value, a key, or a thing with a name (`made`).

    `way`: the keys and argument names that lead to it, outermost first; `owners`: what each thing around it says of
    itself, outermost first; `ids`: of the constructs around it; `hops`: how many names were followed; `held`: the value
    of a constant; `text`: what it can be as text; `literal`: how much of that is written here; `given`: what a key is
    given, where that is a constant.
    """

    file: Path
    line: int
    kind: Literal["value", "key", "made"]
    way: tuple[str, ...] = ()
    owners: tuple[frozenset[str], ...] = ()
    ids: tuple[Text, ...] = ()
    hops: int = 0
    held: str | float | bool | None = None
    text: Text | None = None
    literal: int = 0
    given: str | None = None


def chart_ids(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The classes of a file that give their parent's constructor an id in plain text, with that id."""
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for call in (node for node in ast.walk(maker_of(cls) or ast.Module(body=[], type_ignores=[])) if isinstance(node, ast.Call)):
            if root_of(call.func) == OWN_INIT and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
                yield cls.name, str(call.args[1].value)


def takes_others(tree: ast.Module, cls: str) -> bool:
    """Whether a chart is given more than its scope and its environment, so what the other charts made."""
    charts = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls)
    maker = next((maker for chart in charts if (maker := maker_of(chart)) is not None), None)
    return maker is not None and len([*maker.args.posonlyargs, *maker.args.args, *maker.args.kwonlyargs]) > 3


def maker_of(cls: ast.AST) -> Function | None:
    """The constructor that a class defines itself."""
    if not isinstance(cls, ast.ClassDef):
        return None
    return next((node for node in cls.body if isinstance(node, Function) and node.name == OWN_INIT), None)
