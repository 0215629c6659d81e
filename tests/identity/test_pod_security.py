"""The Pod Security Standards are judged as the API server judges them: compared with its own admission's verdicts.

`pod_security_verdicts.json` says with what and when they were recorded. Its pods are drawn by lot: right ones with a few changes, and
wild ones.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.pods import pod_templates
from crema.policies.model.references.pod_security import Judged, violations

_RECORDED: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "pod_security_verdicts.json").read_text(encoding="utf-8"))
_CASES: Final[list[dict[str, Any]]] = _RECORDED["cases"]


def reasons(pod: dict[str, Any], level: str, minor: int) -> set[str]:
    """What a level of a version forbids in a pod, by the API server's own words."""
    body = {"apiVersion": "v1", "kind": "Pod", **pod}
    manifest = Manifest(ref=ref_of(body), api_version="v1", body=body, file="pod.yaml")
    (template,) = pod_templates(manifest)
    judged = Judged(spec=template.spec, annotations=manifest.root.get("metadata", "annotations"), version=(1, minor))
    return {violation.reason for violation in violations(judged, level)}


@pytest.mark.parametrize("level", ["baseline", "restricted"])
@pytest.mark.parametrize("minor", [33, 36])
def test_the_reasons_are_those_of_the_api_server(level: str, minor: int) -> None:
    """For every recorded pod: the same verdict, for the same reasons."""
    different = []
    for number, case in enumerate(_CASES):
        theirs = {reason.replace("profiles", "profile") for reason in case[f"v1.{minor}"][level]}
        ours = reasons(case["pod"], level, minor)
        if ours != theirs:
            different.append((number, sorted(ours - theirs), sorted(theirs - ours)))
    assert different == []


def test_the_recorded_pods_are_of_every_sort() -> None:
    """Each reason that there is was given for some pod, some pods pass, and the two versions differ: so the comparison can fail."""
    given = {reason for case in _CASES for level in case["v1.36"].values() for reason in level}
    assert given >= {
        "allowPrivilegeEscalation != false",
        "forbidden AppArmor profile",
        "forbidden sysctls",
        "host namespaces",
        "hostPath volumes",
        "hostPort",
        "hostProcess",
        "non-default capabilities",
        "privileged",
        "probe or lifecycle host",
        "procMount",
        "restricted volume types",
        "runAsNonRoot != true",
        "runAsUser=0",
        "seLinuxOptions",
        "seccompProfile",
        "unrestricted capabilities",
    }
    assert sum(not case["v1.36"]["restricted"] for case in _CASES) > 10
    assert any(case["v1.36"] != case["v1.33"] for case in _CASES)


def test_privileged_forbids_nothing() -> None:
    """A namespace without a level takes every pod."""
    assert all(reasons(case["pod"], "privileged", 36) == set() for case in _CASES)
