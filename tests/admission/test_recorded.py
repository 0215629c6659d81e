"""Our verdicts are those of a real API server, on thousands of objects with one edit each.

The server's verdicts were recorded (`recorded/`, with the server's version and the day), for it does not run where these tests do.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from crema.policies.engine.discover import Catalog
from crema.policies.engine.finding import Finding
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.world import world_of
from tests.admission.cases import Case, bases, cases

_RECORDED: Final = {"bases.yaml": "kubernetes.json", "custom.yaml": "custom.json"}
_CATALOG = Catalog()
_POLICIES = [
    _CATALOG[name]
    for name in _CATALOG
    if name.startswith("admission-") or name in {"schema-manifest-is-valid", "schema-object-agrees-with-itself"}
]
#: What these speak of the server takes: the kubelet, the operator's webhook or server-side apply refuses it.
_LATER = frozenset(
    {"admission-images-are-valid", "admission-list-keys-are-unique", "admission-external-secrets-are-valid"}
    | {"schema-manifest-is-valid", "schema-object-agrees-with-itself"}
)
_DRY_RUN = "a dry run asks for no node port, so it does not see that the port is outside of the range; a real creation is refused"
_PODS = "the server takes the template and refuses every pod that is made of it"
_BY_HAND = "the server compiles the regular expression of a definition; nothing here does"
_NO_START = "the server takes it, and the kubelet starts no such container"

#: Where our verdict is another one, by base, pointer and edit, and why. An entry that is not needed fails.
DISAGREEMENTS: Final[dict[tuple[str, str, str], str]] = {
    **{("Service balanced v1", "/spec/ports/0/nodePort", edit): _DRY_RUN for edit in ("minus", "one")},
    **{("Service node v1", "/spec/ports/0/nodePort", edit): _DRY_RUN for edit in ("minus", "one", "many", "most")},
    ("Deployment order apps/v1", "/spec/template/spec/volumes/10/image", "none"): _PODS,
    **{("Deployment order apps/v1", "/spec/template/spec/volumes/10/image/reference", edit): _PODS for edit in ("gone", "empty")},
    (
        "CustomResourceDefinition coffees.shop.example.com apiextensions.k8s.io/v1",
        "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size",
        "written 17",
    ): _BY_HAND,
    ("Deployment order apps/v1", "/spec/template/spec/securityContext", "written 1"): _NO_START,
    ("Deployment order apps/v1", "/spec/template/spec/securityContext/runAsUser", "zero"): _NO_START,
    ("Deployment order apps/v1", "/spec/template/spec/containers/0/securityContext/runAsUser", "zero"): _NO_START,
}


def test_the_comparison_is_not_empty() -> None:
    """Each recording has accepted and refused cases."""
    for file in _RECORDED:
        recorded = _recorded(file)
        refused = sum(
            len(edits.split(", ")) for base in recorded["refused"].values() for fields in base.values() for edits in fields.values()
        )
        assert 500 < refused < recorded["cases"] - 500


@pytest.mark.parametrize("file", sorted(_RECORDED))
def test_every_case_was_recorded(file: str) -> None:
    """The cases of today are those that the server was asked about."""
    names = sorted(f"{case.base}|{case.pointer}|{case.edit}" for base, body in bases(file).items() for case in cases(base, body))
    recorded = _recorded(file)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
    assert (len(names), digest) == (recorded["cases"], recorded["digest"]), "cases changed: ask the server again"


@pytest.mark.parametrize(("file", "base"), [(file, base) for file in sorted(_RECORDED) for base in bases(file)])
def test_our_verdicts_are_the_servers(file: str, base: str) -> None:
    """What the server refuses is an error of ours at that place; what it accepts is none."""
    wrong = dict(_differences(file, base))
    known = {name: why for name, why in DISAGREEMENTS.items() if name[0] == base}
    assert wrong == {name: wrong.get(name, "nothing differs") for name in known}


def _differences(file: str, base: str) -> Iterator[tuple[tuple[str, str, str], str]]:
    refused = _refused(file).get(base, {})
    for case in cases(base, bases(file)[base]):
        said = _errors(case)
        field = refused.get((case.pointer, case.edit))
        name = (case.base, case.pointer, case.edit)
        now = [one for one in said if one.policy not in _LATER]
        if field is None and now:
            yield name, f"the server accepts it, and we say: {now[0].message}"
        elif field is not None and not said:
            yield name, f"the server refuses {field}, and we say nothing"
        elif field is not None and not any(_related(one.pointer, case.pointer) or _related(one.pointer, _pointer(field)) for one in said):
            yield name, f"the server refuses {field}, and we say: {said[0].pointer} {said[0].message}"


def _errors(case: Case) -> list[Finding]:
    manifest = Manifest(ref=ref_of(case.body), api_version=str(case.body["apiVersion"]), body=case.body, file="case.yaml")
    world = world_of([manifest], closed=True)
    found = [outcome for policy in _POLICIES for outcome in policy.check(world)]
    return [one for one in found if isinstance(one, Finding) and (one.severity == "error" or one.policy.startswith("schema-"))]


def _related(ours: str, other: str) -> bool:
    """Whether one place is at, above or below the other, or beside it: of two that disagree either may be named."""
    first, second = ours.split("/")[1:], other.split("/")[1:]
    shared = next((depth for depth, (one, two) in enumerate(zip(first, second, strict=False)) if one != two), min(len(first), len(second)))
    if not first or ("selector" in first and "labels" in second) or first == ["type"]:
        return True
    return min(len(first), len(second)) - shared <= 2 and shared > 0


def _pointer(field: str) -> str:
    """`spec.ports[0].name` as a pointer, near enough: a key in brackets is a step too."""
    return "/" + field.replace("[", ".").replace("]", "").replace(".", "/")


@cache
def _recorded(file: str) -> Any:
    return json.loads((Path(__file__).parent / "recorded" / _RECORDED[file]).read_text(encoding="utf-8"))


@cache
def _refused(file: str) -> dict[str, dict[tuple[str, str], str]]:
    return {
        base: {
            (pointer, edit): field for pointer, fields in places.items() for field, edits in fields.items() for edit in edits.split(", ")
        }
        for base, places in _recorded(file)["refused"].items()
    }
