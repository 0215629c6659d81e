"""The schemas as files for kubeconform, so that another program can judge the same objects by the same law.

kubeconform's own schema locations need a network; `-schema-location` takes a template for files instead.
https://github.com/yannh/kubeconform#overriding-schemas-location
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crema.policies.schemas.catalog import NoSchema, whole_object

#: The template below the folder that `write` was given. For the core group kubeconform puts the version in its place.
LOCATION: Final = "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"


def write(folder: Path, kinds: Iterable[tuple[str, str]], kubernetes_version: str) -> tuple[tuple[str, str], ...]:
    """Write one file for each (apiVersion, kind) and return those without a schema, which have none.

    Each file holds every definition that it refers to. Give kubeconform `<folder>/` + LOCATION as `-schema-location`.
    """
    without = []
    for api_version, kind in sorted(set(kinds)):
        schema = whole_object(api_version, kind, kubernetes_version)
        if isinstance(schema, NoSchema):
            without.append((api_version, kind))
            continue
        group, _, version = api_version.rpartition("/")
        path = folder / (group or version) / f"{kind.lower()}_{version}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, sort_keys=True), encoding="utf-8")
    return tuple(without)
