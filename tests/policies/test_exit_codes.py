"""The exit codes of every verb that reads manifests, in every state of a project and in every format, as one table."""

from pathlib import Path

import pytest

from crema.policies.report.formats import FORMATS
from tests.policies.projects import BROKEN, PROJECT, SERVICE, run_crema, write

_WAIVER = """\
waivers:
- policy: schema-manifest-is-valid
  ref: Service/shop/order
  reason: moving
  owner: ada
  expires: {expires}
"""
_STATES: dict[str, dict[str, str]] = {
    "clean": {"dist/a.yaml": SERVICE},
    "findings": {"dist/a.yaml": BROKEN},
    "waived": {"dist/a.yaml": BROKEN, "policies/waivers.yaml": _WAIVER.format(expires="2026-12-31")},
    "waiver ended": {"dist/a.yaml": BROKEN, "policies/waivers.yaml": _WAIVER.format(expires="2026-11-01")},
    "waiver not needed": {"dist/a.yaml": SERVICE, "policies/waivers.yaml": _WAIVER.format(expires="2026-12-31")},
    "broken waivers": {"dist/a.yaml": SERVICE, "policies/waivers.yaml": "waivers: 1\n"},
    "broken configuration": {"dist/a.yaml": SERVICE, "crema.toml": "dits = 'dist'\n"},
    "nothing there": {"dist/a.txt": ""},
    "unreadable": {"dist/a.yaml": SERVICE, "dist/b.yaml": "kind: ["},
    "fewer than expected": {"dist/live/a.yaml": SERVICE, "crema.toml": PROJECT + "[environments.live.expect]\nmanifests = 2\n"},
    "a policy crashes": {"dist/a.yaml": BROKEN},
}
# What each verb does of it: check, waivers, waivers prune, where Service/shop/order, rules, explain schema-manifest-is-valid.
_TABLE = {
    "clean": (0, 0, 0, 0, 0, 0),
    "findings": (1, 0, 0, 0, 0, 0),
    "waived": (0, 0, 0, 0, 0, 0),
    "waiver ended": (1, 1, 0, 0, 0, 0),
    "waiver not needed": (1, 1, 0, 0, 0, 0),
    "broken waivers": (2, 2, 2, 0, 0, 0),
    "broken configuration": (2, 2, 2, 2, 2, 2),
    "nothing there": (3, 3, 3, 2, 0, 0),
    "unreadable": (3, 3, 3, 0, 0, 0),
    "fewer than expected": (3, 0, 0, 0, 0, 0),
    "a policy crashes": (4, 4, 4, 0, 0, 0),
}
_DAY = ("--as-of", "2026-11-24")
_VERBS = (
    ("check", *_DAY),
    ("waivers", *_DAY),
    ("waivers", *_DAY, "prune"),
    ("where", "Service/shop/order"),
    ("rules",),
    ("explain", "schema-manifest-is-valid"),
)


@pytest.fixture(params=sorted(_STATES))
def state(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project in one of the states."""
    name = str(request.param)
    monkeypatch.chdir(tmp_path)
    for file, text in {"crema.toml": PROJECT, **_STATES[name]}.items():
        write(file, text)
    if name == "a policy crashes":
        from crema.policies.rules.telemetry.exactly_one_default_datasource import ExactlyOneDefaultDatasource

        def crash(*given: object) -> object:
            raise KeyError(str(given))

        monkeypatch.setattr(ExactlyOneDefaultDatasource, "targets", crash)
    return name


@pytest.mark.parametrize("verb", range(len(_VERBS)), ids=[" ".join(words[:1] + words[3:]) for words in _VERBS])
def test_a_verb_ends_as_the_table_says(state: str, verb: int) -> None:
    """Only `check` and the waivers depend on what the policies say; a mistake in the configuration ends every verb."""
    done = run_crema(*_VERBS[verb])
    assert done.exit_code == _TABLE[state][verb], done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_check_ends_alike_in_every_format(state: str, form: str) -> None:
    """On standard output and in a file, and the file is there whenever there was a report."""
    wanted = _TABLE[state][0]
    assert run_crema(*_VERBS[0], "--format", form).exit_code == wanted
    assert run_crema(*_VERBS[0], "--format", f"{form}=report").exit_code == wanted
    assert Path("report").exists() == (wanted != 2)


def test_every_code_is_in_the_table() -> None:
    """A table without one of them would prove nothing about it."""
    assert {code for row in _TABLE.values() for code in row} == {0, 1, 2, 3, 4}
    assert set(_TABLE) == set(_STATES)
