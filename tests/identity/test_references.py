"""Laws of references: what is made is found, however it is made and read; what is called otherwise is missed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crema.policies.engine.finding import Finding
from crema.policies.model.references.alike import alike
from crema.policies.model.references.duration import seconds
from crema.policies.model.world import World
from crema.policies.rules.identity.config_map_has_a_creator import ConfigMapHasACreator
from crema.policies.rules.identity.key_is_made import KeyIsMade
from crema.policies.rules.identity.secret_has_a_creator import SecretHasACreator
from tests.identity.worlds import KEYS, MADE, NAMES, WHOLE, Pair, pairs

_FEWER = settings(max_examples=40)
_POLICIES = (SecretHasACreator(), ConfigMapHasACreator(), KeyIsMade())


def found(world: World) -> Iterator[Finding]:
    """Everything that the three policies find."""
    return (outcome for policy in _POLICIES for outcome in policy.check(world) if isinstance(outcome, Finding))


@_FEWER
@given(pair=pairs())
def test_what_is_made_is_found(pair: Pair) -> None:
    """A thing with the key, made in any way, satisfies a reference that is written in any way."""
    assert [finding.message for finding in found(pair.world())] == []


@_FEWER
@given(pair=pairs(), name=NAMES)
def test_another_name_is_missed(pair: Pair, name: str) -> None:
    """Whichever end is renamed, the reference is found, with a path that ends at the name that nobody makes."""
    assume(name != pair.name)
    for broken in (pair.renamed(name), replace(pair, name=name)):
        (finding,) = {(f.pointer, f.message): f for f in found(broken.world())}.values()
        assert finding.path[1].startswith(f"{pair.kind} shop/{broken.name}")
        assert "nothing makes it" in finding.message


@_FEWER
@given(pair=pairs(), key=KEYS)
def test_another_key_is_missed(pair: Pair, key: str) -> None:
    """Whichever end has another key, the reference is found at its key, and what there is instead is said."""
    assume(key not in {pair.key, "password"})
    assume(pair.key != "password")
    for broken in (pair.rekeyed(key), replace(pair, key=key)):
        (finding,) = found(broken.world())
        assert f"reads the key {broken.key} of {pair.kind} shop/{pair.name}" in finding.message
        assert broken.made_key in finding.message


@_FEWER
@given(pair=pairs(), whole=st.sampled_from(sorted(WHOLE)), key=KEYS, name=NAMES)
def test_a_whole_one_needs_no_key(pair: Pair, whole: str, key: str, name: str) -> None:
    """`envFrom` and a volume without items take whatever keys there are; of another name they find nothing."""
    assume(name != pair.name)
    taken = replace(pair, read=whole)
    assert [*found(taken.rekeyed(key).world())] == []
    assert len([*found(taken.renamed(name).world())]) == 1


@pytest.mark.parametrize("made", sorted(MADE))
def test_every_way_of_making_is_told_apart_from_nothing(made: str) -> None:
    """Without its objects and facts the same reference is missed, so that each way really makes the thing."""
    pair = Pair(kind="Secret", name="login", key="word", read="a variable", made=made, made_name="login", made_key="word")
    world = pair.world()
    alone = replace(world, manifests=tuple(m for m in world.manifests if m.ref.kind == "Deployment"), facts={})
    assert [*found(world)] == []
    assert len([*found(alone)]) == 1


@given(name=NAMES, other=NAMES)
def test_likeness_goes_both_ways(name: str, other: str) -> None:
    """Whichever of two names is the wrong one, they are alike or not; a name is not like itself."""
    assert alike(name, other) == alike(other, name)
    assert not alike(name, name)


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("mysql-secret", "mysql-secrets", True),
        ("mysql-secret", "mysql_secret", True),
        ("mysql-secret", "mysql-credentials", True),
        ("mysql-secret", "mysq-secret", True),
        ("mysql-secret", "myslq-secret", True),
        ("order-tls", "other-tls", False),
        ("node-1", "node-2", False),
        ("argocd-redis", "argocd-secret", False),
        ("longhorn", "longhorn-test", False),
        ("blue-config", "green-config", False),
    ],
)
def test_names_of_a_series_are_not_alike(name: str, other: str, *, expected: bool) -> None:
    """A slip of the pen is; another member of a series, or another part of one product, is not."""
    assert alike(name, other) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0),
        ("1h", 3600.0),
        ("1h30m", 5400.0),
        ("6h0m0s", 21600.0),
        ("250ms", 0.25),
        ("", None),
        ("1d", None),
        ("h", None),
        ("1h x", None),
    ],
)
def test_durations_are_those_of_go(text: str, expected: float | None) -> None:
    """Hours to nanoseconds in a row, and nothing else."""
    assert seconds(text) == expected
