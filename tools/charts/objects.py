"""Records what a chart brings: `python -m tools.charts.objects CHART_DIR... --recorded DATE`.

A chart directory is what `helm pull --untar` leaves. It is rendered by `.tools/bin/helm` under every case of `tools/charts/cases/`; what
contracts speak of is written to `tests/contracts/recorded/`, the values that it comes with and its definitions to
`policies/contracts/defaults/`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tools.charts.keys import date_of
from tools.charts.source import ChartError, Source, over, read_chart
from tools.charts.spoken import spoken

ROOT: Final = Path(__file__).parents[2]
HELM: Final = ROOT / ".tools" / "bin" / "helm"
CASES: Final = Path(__file__).parent / "cases"
DEFAULTS: Final = ROOT / "policies" / "contracts" / "defaults"
RECORDED: Final = ROOT / "tests" / "contracts" / "recorded"
KUBERNETES: Final = "1.36.3"
_APIS: Final = ",".join(
    (
        "autoscaling/v2/HorizontalPodAutoscaler",
        "gateway.networking.k8s.io/v1",
        "monitoring.coreos.com/v1",
        "monitoring.coreos.com/v1/ServiceMonitor",
        "policy/v1/PodDisruptionBudget",
    )
)
"""What a cluster has that Helm does not assume by itself: charts ask for it, and Argo CD tells them what the cluster has."""
_LONGEST: Final = 2000


class Loader(yaml.CSafeLoader):
    """YAML in which `=` is a text, as it is for Kubernetes."""


def _text(_loader: Loader, node: yaml.ScalarNode) -> str:
    return str(node.value)


Loader.add_constructor("tag:yaml.org,2002:value", _text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to install a chart."""

    name: str
    release: str
    namespace: str
    values: dict[str, Any]


def cases(chart: str) -> Iterator[Case]:
    """The cases of a chart. `dist` takes the values that an environment of ours gives it."""
    table = _read(CASES / f"{chart}.yaml")
    for name, case in table["cases"].items():
        values = over(table.get("values") or {}, case.get("values") or {})
        release, namespace = case.get("release", table["release"]), case.get("namespace", table["namespace"])
        if "dist" in case:
            application = _read(ROOT / "dist" / case["dist"] / "_root" / f"application-{chart}.yaml")["spec"]
            helm = application["source"]["helm"]
            release, namespace, values = helm["releaseName"], application["destination"]["namespace"], helm["valuesObject"]
        yield Case(name=name, release=release, namespace=namespace, values=values)


def rendered(folder: Path, case: Case) -> list[dict[str, Any]]:
    """Every object that Argo CD would apply: custom resource definitions and hooks too, tests not."""
    command = [str(HELM), "template", case.release, str(folder), "--namespace", case.namespace, "--kube-version", KUBERNETES]
    command += ["--include-crds", "--api-versions", _APIS, "--skip-tests", "--values", "-"]
    done = subprocess.run(command, input=json.dumps(case.values), capture_output=True, check=False, encoding="utf-8")
    if done.returncode:
        raise ChartError(f"{folder.name}, {case.name}: {done.stderr.strip()}")
    found: list[dict[str, Any]] = []
    for body in yaml.load_all(done.stdout, Loader):
        found += body["items"] if body and "items" in body else [body] if body else []
    return found


def record(folder: Path, source: Source, recorded: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What goes to the tests, and what goes to the contracts."""
    known: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    definitions: dict[str, list[Any]] = {}
    for case in cases(source.name):
        bodies = rendered(folder, case)
        definitions |= {body["metadata"]["name"]: _definition(body) for body in bodies if body["kind"] == "CustomResourceDefinition"}
        texts = sorted(json.dumps(spoken(body, case.namespace, source.name), sort_keys=True) for body in bodies)
        numbers = [known.setdefault(text, len(known)) for text in texts]
        row = {"name": case.name, "release": case.release, "namespace": case.namespace, "values": case.values}
        rows.append(row | {"objects": numbers})
    shared: dict[str, int] = {}
    objects = [_shared(json.loads(text), shared) for text in known]
    head = {"chart": source.name, "version": source.version, "recorded": recorded, "kubernetes": KUBERNETES}
    values = _shortened(source.values)
    return head | {"cases": rows, "shared": [json.loads(text) for text in shared], "objects": objects}, head | {
        "definitions": [definitions[name] for name in sorted(definitions)],
        "values": values,
    }


def _shared(body: dict[str, Any], known: dict[str, int]) -> dict[str, Any]:
    """The object with the place of its labels and data in a table in their stead: many have the same."""
    for holder, key in ((body["metadata"], "labels"), (body, "data")):
        if key in holder:
            holder[key] = known.setdefault(json.dumps(holder[key], sort_keys=True), len(known))
    return body


def _definition(body: dict[str, Any]) -> list[Any]:
    spec = body["spec"]
    size = len(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())
    served = [version["name"] for version in spec["versions"] if version["served"]]
    return [body["metadata"]["name"], spec["names"]["kind"], spec["scope"], served, size]


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _shortened(below) for key, below in value.items() if below is not None}
    if isinstance(value, list):
        return [_shortened(below) for below in value]
    text = value if isinstance(value, bool | int | float) else str(value)
    return text[: _LONGEST - 1] + "…" if isinstance(text, str) and len(text) > _LONGEST else text


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader)


def lines(head: dict[str, Any], *listed: str) -> str:
    """JSON with an item a line where there are many."""
    rows = []
    for key, value in head.items():
        if key in listed:
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            named = isinstance(value, dict)
            texts = [(f"{json.dumps(name)}: " if named else "") + json.dumps(below, ensure_ascii=False) for name, below in inner]
            first, last = ("{", "}") if named else ("[", "]")
            rows.append(f' "{key}": {first}\n  ' + ",\n  ".join(texts) + f"\n {last}")
        else:
            rows.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(rows) + "\n}\n"


def main(arguments: list[str] | None = None) -> int:
    """The command. Exit codes: 0 done, 2 a chart cannot be read or rendered."""
    parser = argparse.ArgumentParser(prog="python -m tools.charts.objects", description=__doc__)
    parser.add_argument("charts", nargs="+", type=Path, metavar="CHART_DIR")
    parser.add_argument("--recorded", type=date_of, metavar="DATE", required=True, help="the day on which it is recorded, as 2026-11-24")
    options = parser.parse_args(arguments)
    for folder in options.charts:
        try:
            source = read_chart(folder)
            tests, contracts = record(folder, source, options.recorded)
        except ChartError as broken:
            print(f"tools/charts: {broken}", file=sys.stderr)
            return 2
        (RECORDED / f"{source.name}.json").write_text(lines(tests, "cases", "shared", "objects"), encoding="utf-8")
        (DEFAULTS / f"{source.name}.json").write_text(lines(contracts, "definitions", "values"), encoding="utf-8")
        print(f"{source.name} {source.version}: {len(tests['cases'])} cases, {len(tests['objects'])} objects")
    return 0


if __name__ == "__main__":
    sys.exit(main())
