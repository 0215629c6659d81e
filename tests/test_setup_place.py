"""Where the set-up writes, and what of the caller's environment reaches the programs that it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.setup.place import Place


def test_caches_stay_in_the_checkout_unless_the_caller_named_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty or read-only home directory is enough, and a shared cache of a build machine is still used."""
    place = Place(root=tmp_path)
    for name in ("GOCACHE", "PIP_CACHE_DIR", "npm_config_cache", "GOPATH", "GOMODCACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = place.environment()
    for name in ("GOCACHE", "PIP_CACHE_DIR", "npm_config_cache", "GOPATH", "GOMODCACHE"):
        assert environment[name].startswith(f"{place.tools}/")
    assert "PYTHONPATH" not in environment
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    assert "PIP_TARGET" not in place.environment()
    assert place.environment()["PIP_USER"] == "0"
    monkeypatch.setenv("GOCACHE", "/shared")
    assert place.environment()["GOCACHE"] == "/shared"
