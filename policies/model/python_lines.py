"""Which line of a chart's Python made a value: of all places that can have made it, the one that fits its words best."""

import ast
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from crema.policies.model.manifest import Header
from crema.policies.model.python_charts import Site, chart_ids, takes_others
from crema.policies.model.python_clue import Clue, Judge, flat
from crema.policies.model.python_index import Index
from crema.policies.model.python_names import Module, file_of, module_at, stamp
from crema.policies.model.python_sites import plain_sites, sites_of

_MOST_CHARTS: Final = 300
_Ranked = tuple[tuple[float, ...], Site]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line (from 1) of a file. `exact`: it holds the value; otherwise it is the nearest one that names what the value
    belongs to.
    """

    file: Path
    line: int
    exact: bool


def find(project: Path, chart: Path, header: Header, recorded: int | None, clue: Clue) -> Found:
    """The line of a value in the chart that makes its construct. Never fails: at worst it is the construct's line.

    `recorded`: the construct's line where known.
    """
    construct, environment = tuple(header.construct.split("/")), header.environment
    module = module_at(project, chart)
    made = recorded or _construct_line(module.tree, construct)
    here = Found(file=chart, line=made or 1, exact=made is not None and not clue.words)
    if not clue.words and not clue.hints:
        return here
    sites = _sites(project, chart, construct[0], environment)
    best = _best(sites, clue, chart, here.line)
    if (best is None or best[1].kind == "key") and takes_others(module.tree, construct[0]):
        made_elsewhere = _of_others(project, chart, environment, clue)
        best = made_elsewhere or best
    if best is not None:
        return Found(file=best[1].file, line=best[1].line, exact=True)
    for file in (chart, *_beside(project, module)):
        plain = _best(_plain(project, file, stamp(file)), clue, file, here.line, strict=True)
        if plain is not None:
            return Found(file=file, line=plain[1].line, exact=True)
    return _nearest(sites, clue) or here


def _of_others(project: Path, chart: Path, environment: str, clue: Clue) -> "_Ranked | None":
    """The site in another chart, for a chart that is made from what the others made: in the one whose id the place names."""
    words = {part for word in (*(clue.ids or ()), *clue.names, *clue.words, str(clue.value)) for part in word.split("/")}
    free = replace(clue, ids=None)
    found: list[_Ranked] = []
    for file in sorted({*chart.parent.glob("*.py"), *chart.parent.glob("*/__init__.py")} - {chart})[:_MOST_CHARTS]:
        module = module_at(project, file)
        for cls, name in chart_ids(module.tree):
            if name in words and (best := _best(_sites(project, file, cls, environment), free, file, 1, written=True)) is not None:
                found.append(best)
    return max(found, key=lambda best: best[0], default=None)


def _best(index: Index, clue: Clue, chart: Path, line: int, *, strict: bool = False, written: bool = False) -> _Ranked | None:
    """The site that fits best; None where none says anything of the value.

    `strict`: nothing leads from the chart to these sites; `written`: no argument's name counts, only what is written out.
    """
    judge = Judge(clue)
    best: _Ranked | None = None
    for site in index.candidates(clue):
        score, certain = judge.score(site)
        if certain and (not strict or judge.distinct(site)) and not (written and site.held is None and site.kind == "key"):
            near = site.file == chart
            rank = (score, -site.hops, float(near), -abs(site.line - line) if near else 0.0, -site.line)
            if best is None or rank > best[0]:
                best = rank, site
    return best


def _nearest(index: Index, clue: Clue) -> Found | None:
    """What is around the value: the thing with the innermost name, else the innermost parent key; its line is not the value's own."""
    judge = Judge(clue)
    for name in reversed(clue.names):
        things = [site for site in index.things.get(name, []) if not judge.foreign(site)]
        if things:
            thing = max(things, key=lambda site: (judge.around(site), -site.hops))
            return Found(file=thing.file, line=thing.line, exact=clue.item and name == clue.names[-1])
    for word in (word for word in clue.words if not word.isdecimal()):
        keys = [site for site in index.keys.get(flat(word), []) if not judge.foreign(site)]
        if keys:
            key = max(keys, key=lambda site: (judge.around(site), -site.hops))
            return Found(file=key.file, line=key.line, exact=False)
    return None


_seen: dict[tuple[Path, Path, str, str], tuple[Index, dict[Path, tuple[int, int] | None]]] = {}


def _sites(project: Path, chart: Path, cls: str, environment: str) -> Index:
    """The sites of a chart, walked again only when a file that they come from has changed."""
    key = (project, chart, cls, environment)
    known = _seen.get(key)
    if known is None or any(stamp(file) != version for file, version in known[1].items()):
        sites, read = sites_of(project, chart, cls, environment)
        known = Index(sites), read
        _seen[key] = known
    return known[0]


@lru_cache(maxsize=256)
def _plain(project: Path, file: Path, _version: tuple[int, int] | None) -> Index:
    return Index(plain_sites(project, file))


@lru_cache(maxsize=256)
def _beside(project: Path, module: Module) -> tuple[Path, ...]:
    """The modules of the project that a chart imports, and those that they import: what charts have in common is there."""
    seen: set[Path] = {module.file}
    found: list[Path] = []
    waiting = [module]
    while waiting:
        near = waiting.pop(0)
        for _, imported in near.imports:
            for dotted in (imported.module, f"{imported.module}.{imported.name}"):
                file = file_of(project, near.file, dotted)
                if file is not None and file not in seen:
                    seen.add(file)
                    found.append(file)
                    waiting.append(module_at(project, file))
    return tuple(found)


def _construct_line(tree: ast.Module, construct: tuple[str, ...]) -> int | None:
    """The line of the call that makes the deepest construct of a path that this file names; else of its class."""
    chart = next((node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == construct[0]), None)
    region: ast.AST = chart or tree
    calls = [node for node in ast.walk(region) if isinstance(node, ast.Call)]
    calls = [call for call in calls if not (isinstance(call.func, ast.Attribute) and call.func.attr == "__init__")]
    for name in reversed(construct[1:]):
        named = [call for call in calls if any(_says(argument, name) for argument in call.args[:2])]
        if named:
            return named[0].lineno
    for name in reversed(construct[1:]):
        said = [node.lineno for node in ast.walk(region) if isinstance(node, ast.expr) and _says(node, name)]
        if said:
            return said[0]
    return None if chart is None else chart.lineno


def _says(node: ast.AST, name: str) -> bool:
    """A text constant that is the name, or an f-string that can become it."""
    if isinstance(node, ast.Constant):
        return node.value == name
    if isinstance(node, ast.JoinedStr):
        pattern = "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values)
        return pattern != ".*" and re.fullmatch(pattern, name) is not None
    return False
