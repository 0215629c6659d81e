"""The worlds of the benchmark are fair: crema and kubeconform look at all of them and find nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import worlds
from crema.policies.engine.discover import discover
from crema.policies.engine.run import run
from crema.policies.model.read import read
from crema.policies.schemas import standalone
from tests import external

_SIZE = 100
_SHOPS = 600
"""Enough for several shops, each with most of what a shop may have."""


def test_one_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Two machines measure the same world, and another seed makes another."""
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        worlds.write(tmp_path / name, _SIZE, seed)
    one, again, other = (_bytes(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one != other


@pytest.mark.parametrize("size", [1, 9, _SIZE])
def test_a_world_has_as_many_objects_as_were_asked_for(tmp_path: Path, size: int) -> None:
    """Objects are counted, not files: some files hold several documents or a List. No two objects have one ref."""
    worlds.write(tmp_path / "world", size)
    (world,) = read([tmp_path / "world"]).worlds
    assert len({manifest.ref for manifest in world.manifests}) == len(world.manifests) == size


def test_no_policy_has_anything_to_say(tmp_path: Path) -> None:
    """Every policy that is on everywhere judges the world to its end: no finding above info, nothing left unread or undecided, no crash.

    Most look at some of it. Unchecked is only what values the chart of Envoy Gateway reads, which nobody has recorded.
    """
    worlds.write(tmp_path / "world", _SHOPS)
    done = run(read([tmp_path / "world"]), [policy for policy in discover() if policy.basis == "breaks"])
    assert [finding.message for finding in done.findings if finding.severity != "info"] == []
    assert (done.undecided, done.unreadable, done.not_manifests, done.crashed) == ((), (), (), ())
    assert {unchecked.why for unchecked in done.unchecked} <= {
        "it is not known which values chart gateway-helm reads: there is no list of its keys"
    }
    (looked,) = done.looked
    assert looked.manifests == _SHOPS
    seen = {policy for policy, targets in looked.targets.items() if targets}
    assert {"schema-manifest-is-valid", "traffic-no-rewrite-on-api-routes", "alerting-alert-severities"} <= seen


@pytest.mark.engine
def test_kubeconform_accepts_every_object(tmp_path: Path) -> None:
    """It judges as many objects by the same schemas, and skips none."""
    kinds = worlds.write(tmp_path / "world", _SIZE)
    assert standalone.write(tmp_path / "schemas", kinds, "1.36") == ()
    location = f"{tmp_path / 'schemas'}/{standalone.LOCATION}"
    done = external.run("kubeconform", "-strict", "-summary", "-output", "json", "-schema-location", location, tmp_path / "world")
    assert done.status == 0
    assert json.loads(done.stdout)["summary"] == {"valid": _SIZE, "invalid": 0, "errors": 0, "skipped": 0}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.yaml")}
