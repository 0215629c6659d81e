"""The keys that Argo CD reads from its ConfigMaps, and what it takes their texts for.

Recorded from its source and its documentation, in the version and on the day that argo_cd_settings.json names.
Source: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/settings/settings.go
"""

import json
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from crema.policies.model import world as model
from crema.policies.model.documents import Json, Unreadable, first_body
from crema.policies.model.entry.argo_cd import CM, RBAC

_FILE: Final = Path(model.__file__).parent / "argo_cd_settings.json"
_GO: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*|[-+]?0")
_DAYS: Final = re.compile(r"\d+[smhd]")
_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "tracking": frozenset({"annotation", "label", "annotation+label"}),
    "respect": frozenset({"normal", "strict"}),
    "position": frozenset({"top", "bottom", "both"}),
    "log level": frozenset({"trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"}),
    "log format": frozenset({"json", "text"}),
    "sharding": frozenset({"legacy", "round-robin", "consistent-hashing"}),
    "compression": frozenset({"gzip", "none"}),
    "policy": frozenset({"", "sync", "create-only", "create-update", "create-delete"}),
    "matching": frozenset({"glob", "regex"}),
}
_LEGACY: Final = {
    "repositories": "a Secret with the label argocd.argoproj.io/secret-type: repository",
    "repository.credentials": "a Secret with the label argocd.argoproj.io/secret-type: repo-creds",
    "helm.repositories": "a Secret with the label argocd.argoproj.io/secret-type: repository",
    "configManagementPlugins": "a plug-in beside the repo server",
}
"""Keys of argocd-cm that Argo CD read up to 2.14, and what stands for them."""
_ACCOUNT: Final = re.compile(r"accounts\.[^.]+(\.enabled)?")
_OVERLAY: Final = re.compile(r"policy\..+\.csv")
_ALIKE: Final = 0.84


@lru_cache(maxsize=1)
def _recorded() -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", json.loads(_FILE.read_text(encoding="utf-8")))


def kind_of(name: str, key: str) -> str:
    """What a key is taken for; empty for one that is not read."""
    recorded = _recorded()
    if name == RBAC and _OVERLAY.fullmatch(key):
        return "policies"
    found = recorded["keys"].get(name, {}).get(key)
    if _ACCOUNT.fullmatch(key) and name == CM:
        return "boolean" if key.endswith(".enabled") else "capabilities"
    if found is None:
        prefixes: Mapping[str, str] = recorded["prefixes"].get(name, {})
        found = next((kind for prefix, kind in prefixes.items() if key.startswith(prefix) and len(key) > len(prefix)), "")
    return str(found)


def instead_of(name: str, key: str) -> str:
    """What stands today for a key that was read once; empty for another."""
    return _LEGACY.get(key, "") if name == CM else ""


def meant_by(name: str, key: str) -> str:
    """The key that is most likely meant by one that is not read; empty when none is like it."""
    recorded = _recorded()
    prefixes: Mapping[str, str] = recorded["prefixes"].get(name, {})
    known: list[str] = [*recorded["keys"].get(name, {}), *prefixes]
    by_case = {each.lower(): each for each in known}
    if key.lower() in by_case:
        return by_case[key.lower()]
    head, _, tail = key.rpartition(".")
    like = get_close_matches(f"{head}.", prefixes, n=1, cutoff=_ALIKE) if head else []
    if like:
        return f"{like[0]}{tail}"
    return next(iter(get_close_matches(key, known, n=1, cutoff=_ALIKE)), "")


def read_from(name: str, key: str) -> str:
    """Another ConfigMap that a key is read from; empty where there is none."""
    return next((other for other in _recorded()["keys"] if other != name and key in _recorded()["keys"][other]), "")


def required(kind: str, value: str) -> str:
    """What a text of this kind has to be, where it is not; empty where it is."""
    if kind in _CHOICES:
        allowed = sorted(each or '""' for each in _CHOICES[kind])
        return "" if value in _CHOICES[kind] else f"one of {', '.join(allowed)}"
    if kind in _SHAPES:
        return _SHAPES[kind](value)
    return ""


def _boolean(value: str) -> str:
    return "" if value in {"true", "false", ""} or value.lower() in {"true", "false"} else "true or false"


def _duration(value: str) -> str:
    if not value or _GO.fullmatch(value) or _DAYS.fullmatch(value):
        return ""
    return "a duration with a unit (180s, 3m)"


def _url(value: str) -> str:
    """https://github.com/argoproj/argo-cd/blob/v3.5.7/util/settings/settings.go (ValidateExternalURL)"""
    return "" if not value or re.match(r"https?://[^/\s]+", value) else "an address that begins with http:// or https://"


def _capabilities(value: str) -> str:
    named = {each.strip() for each in value.split(",")} - {""}
    return "" if named <= {"apiKey", "login"} else "a list of apiKey and login"


def _number(value: str) -> str:
    return "" if not value or re.fullmatch(r"[-+]?\d+(\.\d+)?", value) else "a number"


def _list(value: str) -> str:
    body = read(value)
    return "" if body is None or isinstance(body, list) else "a list in YAML"


def _mapping(value: str) -> str:
    body = read(value)
    return "" if body is None or isinstance(body, dict) else "a mapping in YAML"


def _filters(value: str) -> str:
    """https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#resource-exclusioninclusion"""
    body = read(value)
    if body is None:
        return ""
    if not isinstance(body, list) or not all(isinstance(each, dict) for each in body):
        return "a list of apiGroups, kinds and clusters in YAML"
    for each in body:
        for key, listed in each.items() if isinstance(each, dict) else ():
            if key.lower() not in {"apigroups", "kinds", "clusters"}:
                return f"a list in YAML with no keys but apiGroups, kinds and clusters ({key} restricts nothing)"
            if listed is not None and not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
                return f"a list in YAML whose {key} are a list of texts"
    return ""


class _NoYaml:
    """Text that is not YAML; equal to no body."""


_NO_YAML: Final = _NoYaml()


def read(value: str) -> Json | _NoYaml:
    """The YAML of a text; something that is no body for a text that is none."""
    try:
        return first_body(value) if value.strip() else None
    except Unreadable:
        return _NO_YAML


_SHAPES: Final[Mapping[str, Callable[[str], str]]] = {
    "boolean": _boolean,
    "duration": _duration,
    "number": _number,
    "list": _list,
    "mapping": _mapping,
    "filters": _filters,
    "url": _url,
    "capabilities": _capabilities,
}
