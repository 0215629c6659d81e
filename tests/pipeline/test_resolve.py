"""`crema image resolve`: digests come from the registry of each environment, or stay away with a reason."""

import sys
from pathlib import Path

import pytest

from tests.external import Completed, start
from tests.generators.test_lock_text import flat
from tests.pipeline.registry_stand_in import Shelf, registry

_ENVIRONMENTS = """
from dataclasses import dataclass

from crema.generators import EnvironmentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(EnvironmentSpec):
    registry: str


ENVIRONMENTS = (Environment(name="eks", registry="{other}"), Environment(name="local", registry="{host}"))
"""
_LOCK = """
eks:
  order:
    repository: coffee
    tag: "order-1"
local:
  milk:
    repository: coffee
    tag: "milk-placeholder"
    placeholder: true
  order:
    repository: coffee
    tag: "order-1"
  tea:
    repository: coffee
    tag: "1234567"
    digest: null # not known yet
"""


def _resolve(root: Path, shelf: Shelf, *words: str, other: str = "127.0.0.1:9") -> tuple[Completed, str]:
    (root / "charts").mkdir()
    (root / "charts" / "environments.py").write_text(_ENVIRONMENTS.format(host=shelf.host, other=other), encoding="utf-8")
    file = root / "charts" / "images.lock.yaml"
    file.write_text(_LOCK, encoding="utf-8")
    done = start([sys.executable, "-m", "crema", "image", "resolve", *words], cwd=root)
    return done, file.read_text(encoding="utf-8")


def test_what_was_built_gets_the_digest_that_its_registry_says(tmp_path: Path) -> None:
    """Each image once; a placeholder is not asked for; nothing else of the lock changes."""
    with registry() as shelf:
        order, tea = (shelf.put("coffee", tag, {"schemaVersion": 2, "tag": tag}) for tag in ("order-1", "1234567"))
        done, text = _resolve(tmp_path, shelf, other=shelf.host)
    assert done.status == 0, done.stderr
    assert done.stdout.endswith("3 resolved · 0 without a digest\n")
    digests = {key: entry.digest for key, entry in flat(text).items()}
    assert digests == {("eks", "order"): order, ("local", "milk"): None, ("local", "order"): order, ("local", "tea"): tea}
    assert text == _LOCK.replace("null #", f'"{tea}" #').replace('"order-1"\n', f'"order-1"\n    digest: "{order}"\n')
    assert sorted(heard.path for heard in shelf.heard) == ["/v2/coffee/manifests/1234567", "/v2/coffee/manifests/order-1"]


def test_what_cannot_be_read_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    """A tag that is not there: exit 1, the others have their digests, and it has none."""
    with registry() as shelf:
        order = shelf.put("coffee", "order-1", {"schemaVersion": 2})
        done, text = _resolve(tmp_path, shelf, "--env", "local")
    assert done.status == 1
    assert done.stdout.endswith("1 resolved · 1 without a digest\n")
    assert done.stderr.startswith("local: tea: ")
    assert "1234567" in done.stderr
    assert [flat(text)["local", name].digest for name in ("order", "tea")] == [order, None]


@pytest.mark.parametrize("words", [["--env", "locl"]])
def test_an_unknown_environment_is_a_mistake(tmp_path: Path, words: list[str]) -> None:
    """With the nearest; no registry is asked."""
    with registry() as shelf:
        done, text = _resolve(tmp_path, shelf, *words)
    assert (done.status, done.stderr) == (2, "error: there is no environment 'locl' in charts/images.lock.yaml; did you mean local?\n")
    assert (text, shelf.heard) == (_LOCK, [])
