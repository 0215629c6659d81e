"""What stands around the files of somebody's directory: Helm charts, whose templates are not YAML, and kustomizations, which list patches
(parts of objects) beside objects. Neither is needed where every file is an object.

https://helm.sh/docs/topics/charts/#the-chart-file-structure
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from crema.policies.model.documents import Unreadable, read_documents
from crema.policies.model.files import File, is_file, text_of
from crema.policies.model.templates import has_marks
from crema.policies.model.values import Json

CHART: Final = "Chart.yaml"
TEMPLATES: Final = "templates"
KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_VALUES: Final = re.compile(r"(?:\A|[-_.])values(?:[-_.]|\Z)")
_REPOSITORY: Final = ".git"
_ABOVE: Final = 6
_GENERATORS: Final = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_PATCHES: Final = ("patches", "patchesStrategicMerge", "patchesJson6902")
_OBJECTS: Final = ("resources", "bases", "components")
_SETTINGS: Final = ("transformers", "generators", "validators", "configurations", "crds", "replacements", "openapi")

Role = Literal["object", "patch", "setting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A file that a kustomization lists and that is not there."""

    kustomization: str
    line: int
    named: str


def is_values(file: File) -> bool:
    """Whether by its name a file holds values of a Helm chart."""
    return _VALUES.search(file.parts[-1]) is not None


def is_kustomization(file: File) -> bool:
    """Whether by its name a file is a kustomization."""
    return file.parts[-1] in KUSTOMIZATIONS


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """The charts and kustomizations around files. `objects`, `patches` and `settings`: absolute paths that
    kustomizations list as such; `labelled`: files and folders whose objects get labels and selectors from one; `missing`: what they list
    in vain.
    """

    kustomizations: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    patches: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    labelled: set[str] = field(default_factory=set)
    missing: list[Missing] = field(default_factory=list)
    generated: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    """The ConfigMaps and Secrets that kustomizations make, each with its kustomization; of their values only the keys."""
    _charts: dict[str, bool] = field(default_factory=dict)

    def why_passed_over(self, file: File) -> str:
        """Why a file holds no objects; empty when it may hold some."""
        name = os.path.basename(file.path)
        if name in KUSTOMIZATIONS:
            return "a kustomization: what it builds is not judged, the files that it lists are"
        if name == CHART:
            return "the description of a Helm chart"
        if self.is_template(file):
            return "a template of a Helm chart, which is not YAML yet: render the chart and check what comes out"
        if is_values(file) and self.in_chart(file.path):
            return "values of a Helm chart"
        if file.path in self.settings:
            return "settings of a kustomization, which change objects and are none"
        return ""

    def is_template(self, file: File) -> bool:
        """Whether Helm fills in a file: it has marks for that, and is in the folder of a chart's templates."""
        return has_marks(file.text) and self._in_templates(os.path.dirname(file.path))

    def is_patch(self, file: File) -> bool:
        """Whether a file holds parts of objects, that is patches: a kustomization lists it so, or its name says so."""
        if file.path in self.patches or file.path in self.objects:
            return file.path in self.patches
        name, folder = os.path.basename(file.path).lower(), os.path.basename(os.path.dirname(file.path)).lower()
        words = name.replace("_", "-").replace(".", "-").split("-")
        return "patch" in words or "patches" in words or folder in {"patches", "patch"}

    def in_chart(self, path: str) -> bool:
        """Whether a file is somewhere in a Helm chart."""
        return any(self._is_chart(folder) for folder in _above(os.path.dirname(path)))

    def _in_templates(self, folder: str) -> bool:
        return any(os.path.basename(each) == TEMPLATES and self._is_chart(os.path.dirname(each)) for each in _above(folder))

    def _is_chart(self, folder: str) -> bool:
        if folder not in self._charts:
            self._charts[folder] = is_file(os.path.join(folder, CHART))
        return self._charts[folder]


def surroundings(files: Iterable[File], top: str) -> Surroundings:
    """What stands around files, and above the folder that they were found in as far as the repository reaches."""
    around = Surroundings()
    listing: dict[str, list[str]] = {}
    labelling: list[str] = []
    holding = {os.path.dirname(file.path) for file in files} | {os.path.abspath(top)}
    for folder in sorted({each for below in holding for each in _above(below)}):
        for name in KUSTOMIZATIONS:
            path = os.path.join(folder, name)
            if is_file(path):
                around.kustomizations.add(path)
                for body, line in _bodies(path):
                    listing.setdefault(folder, []).extend(_read(path, body, line, around))
                    around.generated += [(path, made) for made in _generated(body)]
                    if _adds_selectors(body):
                        labelling.append(folder)
    while labelling:
        folder = labelling.pop()
        fresh = [target for target in listing.get(folder, ()) if target not in around.labelled]
        around.labelled.update(fresh)
        labelling += fresh
    return around


def _above(folder: str) -> Iterator[str]:
    """A folder and those above it, as far as its repository reaches."""
    for _ in range(_ABOVE):
        yield folder
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, _REPOSITORY)):
            return
        folder = above


def _bodies(path: str) -> Iterator[tuple[dict[str, Json], int]]:
    """What a kustomization says. One that cannot be read is named where it is met as a file."""
    try:
        for document in read_documents(text_of(path) or ""):
            if isinstance(document.body, dict):
                yield document.body, document.line
    except Unreadable:
        return


def _read(path: str, body: dict[str, Json], line: int, around: Surroundings) -> Iterator[str]:
    """Note what one kustomization lists, and give the objects among it."""
    folder = os.path.dirname(path)
    for role, named in _listed(body):
        if "\n" in named or _is_remote(named):
            continue
        target = os.path.normpath(os.path.join(folder, named))
        if role != "setting" and not os.path.exists(target) and not is_file(os.path.join(folder, CHART)):
            around.missing.append(Missing(kustomization=path, line=line, named=named))
        {"object": around.objects, "patch": around.patches, "setting": around.settings}[role].add(target)
        if role == "object":
            yield target


def _generated(body: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The objects of a kustomization's generators, with keys and without values; with none where an env file has them.

    https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/
    """
    for name, kind in _GENERATORS.items():
        entries = body.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                continue
            keys = [] if entry.get("envs") or entry.get("env") else [*_keys(entry)]
            # The files of the objects beside it may name the namespace that kustomize gives, or leave it out.
            for space in dict.fromkeys((entry.get("namespace"), entry.get("namespace") or body.get("namespace"))):
                metadata: dict[str, Json] = {"name": entry["name"], **({"namespace": space} if isinstance(space, str) else {})}
                yield {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": dict.fromkeys(keys, "")}


def has_literals(body: Json) -> bool:
    """Whether a kustomization has values of ConfigMaps or Secrets in itself."""
    lists = [body.get(name) for name in _GENERATORS] if isinstance(body, dict) else []
    return any(isinstance(entry, dict) and entry.get("literals") for entries in lists if isinstance(entries, list) for entry in entries)


def _keys(entry: dict[str, Json]) -> Iterator[str]:
    """`literals: [key=value]`, `files: [path, key=path]`."""
    for field_name in ("literals", "files"):
        listed = entry.get(field_name)
        for text in listed if isinstance(listed, list) else ():
            if isinstance(text, str):
                key, given, _ = text.partition("=")
                yield key if given else os.path.basename(text)


def _adds_selectors(body: dict[str, Json]) -> bool:
    """Whether a kustomization writes labels into selectors too, so that an object may come without one."""
    labels = body.get("labels")
    listed = labels if isinstance(labels, list) else []
    return bool(body.get("commonLabels")) or any(isinstance(each, dict) and each.get("includeSelectors") is True for each in listed)


def _listed(body: dict[str, Json]) -> Iterator[tuple[Role, str]]:
    roles: tuple[tuple[Role, tuple[str, ...]], ...] = (("object", _OBJECTS), ("patch", _PATCHES), ("setting", _SETTINGS))
    for role, fields in roles:
        for name in fields:
            listed = body.get(name)
            for entry in listed if isinstance(listed, list) else [listed]:
                named = entry.get("path") if isinstance(entry, dict) else entry
                if isinstance(named, str) and named:
                    yield role, named


def _is_remote(named: str) -> bool:
    """Whether kustomize fetches it: an address, or a host before the first slash."""
    first, slash, _ = named.partition("/")
    return "://" in named or "?" in named or "//" in named or named.startswith("git@") or bool(slash and "." in first.strip("."))
