"""The verdicts of real kubeconform on many objects, in one run of the program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crema.policies.schemas import standalone
from tests.external import run

KUBERNETES_VERSION = "1.36"


def accepts(folder: Path, bodies: Sequence[dict[str, Any]]) -> list[str]:
    """For each object "" if kubeconform accepts it, else what it said. `folder` is for its input.

    The schemas are those that this library writes for it; a kind without one is not accepted.
    """
    kinds = {(str(body.get("apiVersion")), str(body.get("kind"))) for body in bodies}
    standalone.write(folder / "schemas", kinds, KUBERNETES_VERSION)
    files = folder / "manifests"
    files.mkdir()
    for index, body in enumerate(bodies):
        (files / f"{index}.json").write_text(json.dumps(body), encoding="utf-8")
    location = f"{folder / 'schemas'}/{standalone.LOCATION}"
    done = run("kubeconform", "-strict", "-verbose", "-output", "json", "-schema-location", location, files)
    said = {int(Path(each["filename"]).stem): each for each in json.loads(done.stdout)["resources"]}
    assert sorted(said) == list(range(len(bodies))), f"kubeconform judged {len(said)} of {len(bodies)} files: {done.stderr}"
    return [
        "" if said[index]["status"] == "statusValid" else f"{said[index]['status']}: {said[index]['msg']}" for index in range(len(bodies))
    ]
