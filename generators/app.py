"""From a package of charts to `dist/`: build, lay out, publish or compare, and say what came of it.

`cdk8s synth`, `python -m charts` and `crema synth` all end here, so they give the same bytes.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from crema.generators import publish
from crema.generators.environment import EnvironmentSpec
from crema.generators.failure import mistake_of
from crema.generators.layout import File, lay_out
from crema.generators.platform import Rendered, label_of, render
from crema.generators.source import Line
from crema.generators.spec import Mistake
from crema.generators.tree import Difference
from crema.generators.uncompiled import never_compile

CLEAN, DIFFERENT, WRONG = 0, 1, 2
_WHY = {
    "missing": "missing: the charts make it; run `make synth`",
    "stale": "stale: the charts say otherwise; run `make synth`",
    "left over": "left over: no chart makes it any more; run `make synth`",
    "hand-edited": "edited by hand: make the change in the chart that its header names, then `git checkout` the file (or delete it)",
    "foreign": "foreign: crema did not write it; move it out of this directory, everything here is generated",
}


def synthesise(root: Path, *, package: str = "charts", dist: str = "dist", only: str | None = None, check: bool = False) -> int:
    """Publish what the charts say, or with `check` compare it and write nothing.

    Args:
        root: the project's root, with the package of charts in it.
        package: it has a module `environments` with the tuple `ENVIRONMENTS`.
        dist: below `root`.
        only: the name of one environment; None takes all.
        check: compare only.

    Returns:
        0 clean or published · 1 `check` found differences · 2 mistakes in the charts, or files that are
        not ours; `dist/` is then untouched.

    """
    root = root.absolute()
    loaded = _environments(root, package)
    if isinstance(loaded, Mistake):
        return _report_mistakes((loaded,), root)
    environments = [e for e in loaded if only is None or label_of(e) == only]
    if not environments:
        names = [label_of(e) for e in loaded]
        near = get_close_matches(only or "", names, n=1)
        print(
            f"error: there is no environment {only!r}; {f'did you mean {near[0]}?' if near else 'there are: ' + ', '.join(names)}",
            file=sys.stderr,
        )
        return WRONG
    rendered = render(package, environments)
    for note in rendered.notes:
        print(f"note: {_placed(note, root)}", file=sys.stderr)
    complete = not rendered.mistakes
    files = lay_out(rendered.objects, root, dist, rendered.mistakes)
    if complete:
        _refuse_empty_environments(rendered, root / package / "environments.py")
    if rendered.mistakes:
        return _report_mistakes(rendered.mistakes.listed(), root)
    scopes = (dist,) if only is None else (f"{dist}/{only}",)
    try:
        return _check(root, dist, scopes, files) if check else _publish(root, dist, scopes, files, rendered)
    except OSError as error:
        print(
            f"error: {error.filename or root}: {error.strerror or error}; mend that and run it again, it completes what is missing",
            file=sys.stderr,
        )
        return WRONG


def _environments(root: Path, package: str) -> Sequence[EnvironmentSpec] | Mistake:
    # The charts are the project's own code and importable only from its root.
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    never_compile(package)
    file = root / package / "environments.py"
    try:
        module = importlib.import_module(f"{package}.environments")
        if not file.samefile(str(module.__file__)):
            return Mistake(str(file), 1, f"Python finds another package {package}, {module.__file__}; give this one an __init__.py")
        found = module.ENVIRONMENTS
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - it is anybody's code; what it raises is reported with its line
        return mistake_of(error, Line(str(file), 1))
    if not isinstance(found, tuple) or not found or not all(isinstance(e, EnvironmentSpec) for e in found):
        return Mistake(str(file), 1, "ENVIRONMENTS must be a tuple of EnvironmentSpec with at least one element")
    names = [e.name for e in found if isinstance(e.name, str)]
    if len(set(names)) < len(names):
        return Mistake(str(file), 1, f"ENVIRONMENTS has a name twice: {', '.join(names)}")
    return found


def _refuse_empty_environments(rendered: Rendered, file: Path) -> None:
    """An environment without a single object would delete everything it had."""
    have = {built.environment for built in rendered.objects}
    for name in rendered.environments:
        if name not in have:
            rendered.mistakes.add(Mistake(str(file), 1, f"no chart makes any object for {name}"))


def _report_mistakes(mistakes: tuple[Mistake, ...], root: Path) -> int:
    for mistake in mistakes:
        print(f"error: {_placed(mistake, root)}", file=sys.stderr)
    print(f"{_count(len(mistakes), 'mistake')}; dist/ is untouched", file=sys.stderr)
    return WRONG


def _placed(mistake: Mistake, root: Path) -> str:
    file = Path(mistake.file)
    return f"{file.relative_to(root).as_posix() if file.is_relative_to(root) else file}:{mistake.line}: {mistake.message}"


def _placed_difference(found: Difference) -> str:
    return f"{found.path}{f':{found.line}' if found.line else ''}: {_WHY[found.state]}"


def _publish(root: Path, dist: str, scopes: tuple[str, ...], files: dict[str, File], rendered: Rendered) -> int:
    try:
        done = publish.publish(root, dist, scopes, files)
    except publish.Refused as refused:
        for found in refused.differences:
            print(f"error: {_placed_difference(found)}", file=sys.stderr)
        number = len(refused.differences)
        said = "1 file is not as crema left it" if number == 1 else f"{number} files are not as crema left them"
        print(f"{said}; {dist}/ is untouched", file=sys.stderr)
        return WRONG
    if done.completed:
        print("an earlier run was cut short; this one completed it")
    for path in done.written:
        print(f"  wrote   {path}")
    for path in done.deleted:
        print(f"  deleted {path}")
    made = f"{_count(len(files), 'manifest')} in {', '.join(rendered.environments)}"
    print(f"{made} · {len(done.written)} written · {len(done.deleted)} deleted")
    return CLEAN


def _check(root: Path, dist: str, scopes: tuple[str, ...], files: dict[str, File]) -> int:
    found = publish.difference(root, dist, scopes, files)
    for each in found.differences:
        print(f"error: {_placed_difference(each)}", file=sys.stderr)
    for path in found.temporary:
        print(f"error: {path}: left by a run that was cut short; run `make synth`", file=sys.stderr)
    wrong = len(found.differences) + len(found.temporary)
    said = f"differs from what the charts say in {_count(wrong, 'file')}" if wrong else "is what the charts say"
    print(f"{dist}/ {said} · {_count(len(files), 'manifest')}")
    return DIFFERENT if wrong else CLEAN


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def main() -> int:
    """The cdk8s app. The cdk8s command line insists that its app makes the directory it names; we publish into `dist/` ourselves."""
    outdir = os.environ.get("CDK8S_OUTDIR")
    if outdir:
        Path(outdir).mkdir(parents=True, exist_ok=True)
    return synthesise(Path.cwd())
