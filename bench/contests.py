"""What is measured: checks of worlds and of dist/ beside kubeconform, synthesis beside cdk8s, and the start of the command."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from typing import Final

import yaml

from bench import worlds
from bench.process import ROOT, Taken, in_turn
from crema.policies.schemas import standalone

CREMA: Final = str(ROOT / ".venv" / "bin" / "crema")
_ROUNDS: Final = 7
_FEWEST: Final = 3
_IN_ALL: Final = 7000
"""Manifests that all counted runs of one size judge together, about: large worlds get fewer runs."""
_VERSION: Final = "1.36"
# The same charts through cdk8s alone: one App an environment, written by cdk8s.
_PLAIN_CDK8S: Final = """
import sys
from pathlib import Path
import crema.generators
import cdk8s
from charts.environments import ENVIRONMENTS
from crema.generators.charts import charts_of
from crema.generators.found import Found
from crema.generators.others import Others
for environment in ENVIRONMENTS:
    app = cdk8s.App(outdir=str(Path(sys.argv[1]) / environment.name))
    for chart in charts_of("charts", Found(())):
        chart.build(app, environment, Others())
    app.synth()
"""


def of_worlds(sizes: Sequence[int], scratch: Path) -> Iterator[str]:
    """The table of worlds of these sizes, then how time grows from the second largest to the largest."""
    ours, peers = "crema: minimum | median | CPU | peak", "kubeconform: minimum | median | CPU | peak"
    yield f"| manifests | size | {ours} | {peers} | ratio of minima |"
    yield f"|{'---|' * 11}"
    measured: dict[int, list[Taken]] = {}
    for size in sorted(sizes):
        folder = scratch / "world"
        kinds = worlds.write(folder, size)
        commands = [[CREMA, "check", str(folder)], kubeconform(folder, kinds, scratch / "schemas")]
        taken = measured[size] = in_turn(commands, max(_FEWEST, min(_ROUNDS, _IN_ALL // size)), scratch)
        megabytes = sum(file.stat().st_size for file in folder.rglob("*.yaml")) / 1e6
        shutil.rmtree(folder)
        yield f"| {size:,} | {megabytes:.1f} MB | {_row(taken[0])} | {_row(taken[1])} | {taken[0].least / taken[1].least:.2f} |"
    if len(measured) > 1:
        fewer, more = sorted(measured)[-2:]
        yield ""
        for place, name in enumerate(("crema", "kubeconform")):
            yield _slope(name, fewer, more, measured[fewer][place].least, measured[more][place].least)


def of_this_repository(scratch: Path) -> Iterator[str]:
    """Synthesis and checks of this repository's own dist/, and how long the command takes to say what it can do."""
    yield "| what | crema: minimum | median | CPU | peak | peer | minimum | median | CPU | peak | ratio of minima |"
    yield f"|{'---|' * 11}"
    copies = scratch / "objects"
    kinds = _objects(ROOT / "dist", copies)
    plain = [sys.executable, "-c", _PLAIN_CDK8S, str(scratch / "out")]
    peer = kubeconform(copies, kinds, scratch / "schemas")
    for what, ours, name, other in (
        ("synth, two environments", [CREMA, "synth", "--check"], "cdk8s alone", plain),
        ("check dist/", [CREMA, "check", "dist"], "kubeconform", peer),
        ("--help", [CREMA, "--help"], "python -c pass", [sys.executable, "-c", "pass"]),
    ):
        first, second = in_turn([ours, other], _ROUNDS, scratch)
        yield f"| {what} | {_row(first)} | {name} | {_row(second)} | {first.least / second.least:.2f} |"


def kubeconform(folder: Path, kinds: frozenset[worlds.Kind], schemas: Path) -> list[str]:
    """The command that runs kubeconform on a folder, by our schemas, as strict as we are and with as many workers as it takes by itself."""
    program = ROOT / ".tools" / "bin" / "kubeconform"
    if not program.is_file():
        raise SystemExit("kubeconform is missing: make test builds it")
    if without := standalone.write(schemas, kinds, _VERSION):
        raise SystemExit(f"no schema: {without}")
    return [str(program), "-strict", "-summary", "-schema-location", f"{schemas}/{standalone.LOCATION}", str(folder)]


def _objects(dist: Path, copies: Path) -> frozenset[worlds.Kind]:
    """Copy the objects of a cluster, and say their kinds: kubeconform stops at documents such as a chart's values."""
    kinds = set()
    for file in dist.rglob("*.yaml"):
        body = yaml.safe_load(file.read_bytes())
        if "apiVersion" in body and "metadata" in body:
            kinds.add((body["apiVersion"], body["kind"]))
            copy = copies / file.relative_to(dist)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    return frozenset(kinds)


def _row(taken: Taken) -> str:
    return f"{taken.least:.2f} s | {taken.middle:.2f} s | {taken.cpu:.2f} s | {taken.peak / 1e6:.0f} MB"


def _slope(name: str, fewer: int, more: int, early: float, late: float) -> str:
    """Seconds for each further thousand, and the exponent: 1 is linear, 2 is quadratic."""
    each = (late - early) / (more - fewer) * 1000
    return f"- {name}, {fewer:,} → {more:,}: {each:.2f} s for each 1,000 manifests, exponent {log(late / early) / log(more / fewer):.2f}"
