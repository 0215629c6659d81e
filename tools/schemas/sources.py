"""Where schemas come from: Go modules checked against go.sum, and the installed Python package kubernetes-validate."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent

#: The Python package with the OpenAPI definitions of every recent Kubernetes, as JSON files.
KUBERNETES_PACKAGE: Final = "kubernetes-validate"


class SourceError(Exception):
    """A source cannot be had as pinned; the message says which, and what to do."""


class _CrdLoader(yaml.CSafeLoader):
    """PyYAML reads a bare `=`, which stands in an enum of the Prometheus CRDs, as a tag it cannot construct."""


_CrdLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:value"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def pins() -> dict[str, tuple[str, str]]:
    """Module path → (version, checksum), from go.mod and go.sum beside this file."""
    required = re.findall(r"^\s*(?:require )?(\S+) (v\S+)$", (HERE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    sums = dict(re.findall(r"^(\S+ v\S+) (h1:\S+)$", (HERE / "go.sum").read_text(encoding="utf-8"), re.MULTILINE))
    missing = [f"{path} {version}" for path, version in required if f"{path} {version}" not in sums]
    if missing:
        raise SourceError(f"tools/schemas/go.sum has no checksum for {', '.join(missing)}")
    return {path: (version, sums[f"{path} {version}"]) for path, version in required}


def module(path: str) -> Path:
    """The folder of a pinned module, downloaded into Go's module cache if it is not there.

    The checksum is compared with go.sum here, whatever the settings of the machine say about checksum databases.
    """
    version, checksum = pins()[path]
    command = [_go(), "mod", "download", "-json", f"{path}@{version}"]
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=HERE,  # inside the module, where Go compares with its go.sum
            env=os.environ | {"GOTOOLCHAIN": "local", "GO111MODULE": "on"},
        )
    except FileNotFoundError as error:
        raise SourceError(f"{command[0]} is not installed or not on PATH; the environment variable GO may name it") from error
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if done.returncode or "Dir" not in answer:
        why = answer.get("Error") or done.stderr.strip()
        raise SourceError(f"{path} {version} was not downloaded: {why}\nwith a network, run `python -m tools.schemas.generate --fetch`")
    if answer["Sum"] != checksum:
        raise SourceError(f"{path} {version} has checksum {answer['Sum']}; go.sum requires {checksum}")
    return Path(answer["Dir"])


def _go() -> str:
    """The program `go`: what the environment variable GO names, else the one of the set-up, else the one on PATH."""
    built = HERE.parents[1] / ".tools" / "bin" / "go"
    return os.environ.get("GO") or (str(built) if built.exists() else "go")


def definitions_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Every CustomResourceDefinition in the YAML files of a folder, in order of file name."""
    for file in sorted(folder.glob("*.yaml")):
        for document in yaml.load_all(file.read_text(encoding="utf-8"), _CrdLoader):
            if document and document.get("kind") == "CustomResourceDefinition":
                yield document


def kubernetes(version: str) -> tuple[dict[str, str], dict[str, Any]]:
    """(source, definitions) of a Kubernetes version such as "1.36"; source: package, its version, the file's hash."""
    package = distribution(KUBERNETES_PACKAGE)
    wanted = f"kubernetes_validate/kubernetes-json-schema/v{version}.0-local-strict/_definitions.json"
    file = next((file for file in package.files or () if str(file) == wanted), None)
    if file is None or file.hash is None:
        raise SourceError(f"{KUBERNETES_PACKAGE} {package.version} has no schemas for Kubernetes {version}")
    source = {"package": KUBERNETES_PACKAGE, "version": package.version, file.hash.mode: file.hash.value}
    return source, json.loads(file.read_text(encoding="utf-8"))["$defs"]
