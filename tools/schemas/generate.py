"""Write policies/schemas/*.json, one file per Kubernetes version and one per API group of custom resources.

`python -m tools.schemas.generate` writes; with `--check` it writes nothing and fails, naming each file that differs.
Exit codes: 0 done or current, 1 stale, 2 a source cannot be had.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.schemas import builtin, compact, crd, enums, sources
from tools.schemas.keywords import Node

OUTPUT: Final = Path(__file__).parents[2] / "policies" / "schemas"

#: The Kubernetes versions of our environments.
KUBERNETES_VERSIONS: Final = ("1.36",)

#: The Go module whose types mark the closed sets of values.
API_MODULE: Final = "k8s.io/api"

#: Go module → the folder in it that holds its CustomResourceDefinitions.
CRD_FOLDERS: Final = {
    "github.com/argoproj/argo-cd/v3": "manifests/crds",
    "github.com/external-secrets/external-secrets": "config/crds/bases",
    "github.com/prometheus-operator/prometheus-operator": "example/prometheus-operator-crd",
    "sigs.k8s.io/gateway-api": "config/crd/standard",
}


def kubernetes_files() -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) for each Kubernetes version."""
    version, checksum = sources.pins()[API_MODULE]
    for kubernetes_version in KUBERNETES_VERSIONS:
        source, published = sources.kubernetes(kubernetes_version)
        kinds, definitions = builtin.convert_all(published, enums.find(sources.module(API_MODULE), published))
        source |= {"enums": API_MODULE, "enums-version": version, "enums-sum": checksum}
        yield f"kubernetes-{kubernetes_version}.json", compact.render(source, kinds, definitions)


def custom_files() -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) for each API group that the pinned modules define."""
    for module, folder in CRD_FOLDERS.items():
        version, checksum = sources.pins()[module]
        groups: dict[str, dict[str, Node]] = {}
        for definition in sources.definitions_of(sources.module(module) / folder):
            groups.setdefault(definition["spec"]["group"], {}).update(crd.kinds(definition))
        for group, roots in sorted(groups.items()):
            source = {"module": module, "version": version, "sum": checksum}
            yield f"{group}.json", compact.render(source, *compact.share(roots))


def stale(files: dict[str, bytes], folder: Path = OUTPUT) -> list[str]:
    """One line for each schema file that is missing, differs, or has no source any more; empty when all are current."""
    found = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    lines = [f"{name}: missing" for name in files if name not in found]
    lines += [f"{name}: no source makes it" for name in found if name not in files]
    for name in files.keys() & found.keys():
        ours, theirs = files[name].splitlines(), found[name].splitlines()
        committed = set(theirs)
        differing = [line.split(b":", 1)[0].decode() for line in ours if line not in committed]
        if ours != theirs or files[name] != found[name]:
            lines.append(f"{name}: differs from its source at {', '.join(differing[:5]) or 'lines that should not be there'}")
    return sorted(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not what its source makes")
    parser.add_argument("--fetch", action="store_true", help="only download the pinned modules, so that --check needs no network")
    options = parser.parse_args(arguments)
    try:
        if options.fetch:
            for module in sources.pins():
                sources.module(module)
            return 0
        files = dict([*kubernetes_files(), *custom_files()])
    except sources.SourceError as error:
        print(f"tools/schemas: {error}", file=sys.stderr)
        return 2
    if options.check:
        lines = stale(files)
        print("\n".join([*lines, "run `make schemas`"]) if lines else f"{len(files)} schema files are current")
        return 1 if lines else 0
    for path in OUTPUT.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, data in files.items():
        (OUTPUT / name).write_bytes(data)
    print(f"wrote {len(files)} schema files to {OUTPUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
