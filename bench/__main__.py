"""`make bench`: how long synthesis and checks take as whole processes, each beside a peer, in turn, in one run.

Machines are noisy, so what counts is the minimum of several runs and the ratio to the peer measured in the same minutes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from crema.policies.schemas import standalone

ROOT = Path(__file__).resolve().parents[1]
_RUNS = 7
# The same charts through cdk8s alone: one App an environment, written by cdk8s.
_PLAIN_CDK8S = """
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


@dataclass(frozen=True, slots=True)
class Contest:
    """A command and the peer that does comparable work."""

    what: str
    ours: list[str]
    peer_name: str
    peer: list[str]


def seconds(command: list[str]) -> float:
    """Wall time of one run of a command, which must succeed."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def contests(scratch: Path) -> list[Contest]:
    """What is measured here. kubeconform takes part when `make test` has built it."""
    crema, python = str(ROOT / ".venv" / "bin" / "crema"), sys.executable
    found = [
        Contest("synth, two environments", [crema, "synth", "--check"], "cdk8s alone", [python, "-c", _PLAIN_CDK8S, str(scratch / "out")]),
    ]
    kubeconform = ROOT / ".tools" / "bin" / "kubeconform"
    if kubeconform.is_file():
        schemas = scratch / "schemas"
        objects = _objects(ROOT / "dist", scratch / "objects")
        standalone.write(schemas, objects, "1.36")
        peer = [str(kubeconform), "-strict", "-schema-location", f"{schemas}/{standalone.LOCATION}", str(scratch / "objects")]
        found.append(Contest("check dist/", [crema, "check", "dist"], "kubeconform", peer))
    else:
        print("kubeconform is not built (make test builds it): its contest is not run", file=sys.stderr)
    return found


def _objects(dist: Path, copies: Path) -> set[tuple[str, str]]:
    """Copy the objects of a cluster, and say their kinds: kubeconform stops at documents such as a chart's values."""
    kinds = set()
    for file in dist.rglob("*.yaml"):
        body = yaml.safe_load(file.read_bytes())
        if "apiVersion" in body and "metadata" in body:
            kinds.add((body["apiVersion"], body["kind"]))
            copy = copies / file.relative_to(dist)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    return kinds


def measure(contest: Contest, clock: Callable[[list[str]], float]) -> tuple[list[float], list[float]]:
    """The times of both, taken in turn after one run each that does not count."""
    clock(contest.ours)
    clock(contest.peer)
    pairs = [(clock(contest.ours), clock(contest.peer)) for _ in range(_RUNS)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def main() -> None:
    """Print a table."""
    scratch = Path(tempfile.mkdtemp(prefix="crema-bench-"))
    try:
        print("| what | crema: minimum | median | peer | minimum | median | ratio of minima |\n|---|---|---|---|---|---|---|")
        for contest in contests(scratch):
            ours, peer = (sorted(times) for times in measure(contest, seconds))
            middle = _RUNS // 2
            print(
                f"| {contest.what} | {ours[0]:.2f} s | {ours[middle]:.2f} s | {contest.peer_name} | {peer[0]:.2f} s | {peer[middle]:.2f} s "
                f"| {ours[0] / peer[0]:.2f} |"
            )
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
