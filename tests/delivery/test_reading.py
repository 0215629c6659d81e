"""Which files an Application reads: the same wherever a checkout stands, and with each tool what that tool sees."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.engine.example import Example
from crema.policies.model.delivery.owners import owned
from crema.policies.model.delivery.reading import readings
from crema.policies.model.world import World

_APPS = ("order", "stock", "mysql")


def _application(name: str, path: str, **directory: Any) -> str:
    source = {"repoURL": "https://git.example.com/platform", "path": path, "directory": {"recurse": True, **directory}}
    spec = {"destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"}, "source": source}
    return json.dumps({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name}, "spec": spec})


def _object(name: str) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})


def _platform(top: str, closed: bool) -> World:
    files = {f"live/_root/{app}.yaml": _application(app, f"live/{app}") for app in _APPS}
    files |= {f"live/{app}/{app}.yaml": _object(app) for app in _APPS}
    files |= {"live/mysql/more/backup.yaml": _object("backup")}
    return Example(name="a platform", files={f"{top}{name}": text for name, text in files.items()}, closed=closed).world()


def _named(world: World) -> dict[str, list[str]]:
    return {application.name: sorted(each.ref.name for each in objects) for application, objects in owned(world).items()}


@given(st.lists(st.sampled_from(["srv", "checkout", "live", "order", "a b", "ä"]), max_size=4), st.booleans(), st.booleans())
def test_where_a_checkout_stands_changes_nothing(folders: list[str], absolute: bool, closed: bool) -> None:
    """Whatever folders stand before the repository, and whether they begin at `/`: each Application has its own objects."""
    top = "".join(f"{folder}/" for folder in folders)
    assert _named(_platform(f"/{top}" if absolute and top else top, closed)) == {
        "order": ["order"],
        "stock": ["stock"],
        "mysql": ["backup", "mysql"],
    }


def test_a_part_of_a_repository_is_read_as_that_part() -> None:
    """Started inside `live`, its folders are still those that the paths name."""
    whole = _platform("", closed=True)
    inside = tuple(replace(manifest, file=manifest.file.removeprefix("live/")) for manifest in whole.manifests)
    assert _named(replace(whole, manifests=inside)) == _named(whole)


@pytest.mark.parametrize(
    ("directory", "read"),
    [
        ({}, ["a.yaml", "b.yml", "more/c.yaml", "more/d.yml"]),
        ({"recurse": False, "include": "*"}, ["a.yaml", "b.yml"]),
        ({"include": "*.yaml"}, ["a.yaml", "more/c.yaml"]),
        ({"include": "{*.yml,a.yaml}"}, ["a.yaml", "b.yml", "more/d.yml"]),
        ({"exclude": "more/*"}, ["a.yaml", "b.yml"]),
        ({"include": "*.yaml", "exclude": "{a,b}.*"}, ["more/c.yaml"]),
        ({"include": "*.json"}, []),
    ],
)
def test_a_folder_is_read_as_its_block_says(directory: dict[str, Any], read: list[str]) -> None:
    """`include` and `exclude` are globs of the path below the folder, whose `*` takes a slash too."""
    files = {"root/order.yaml": _application("order", "live/order", **directory)}
    files |= {
        f"live/order/{name}": _object(name.partition(".")[0].replace("/", "-")) for name in ("a.yaml", "b.yml", "more/c.yaml", "more/d.yml")
    }
    (reading,) = readings(Example(name="one folder", files=files, closed=True).world())
    assert [file.removeprefix("live/order/") for file in reading.files] == read
    assert set(reading.files) | set(reading.passed) == {name for name in files if name.startswith("live/order/")}


def test_an_application_set_of_a_list_is_as_many_applications() -> None:
    """Each element fills the blanks of the template; what is filled in elsewhere is not known."""
    spec = {
        "generators": [{"list": {"elements": [{"app": "order", "space": "shop"}, {"app": "stock", "space": "shop"}]}}],
        "template": {
            "metadata": {"name": "{{.app}}"},
            "spec": {
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "{{ .space }}"},
                "source": {"repoURL": "https://git.example.com/platform", "path": "live/{{.app}}", "directory": {"recurse": True}},
            },
        },
    }
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "shop"}, "spec": spec}
    files = {"root/set.yaml": json.dumps(body), "live/order/a.yaml": _object("a"), "live/stock/b.yaml": _object("b")}
    assert _named(Example(name="a set", files=files, closed=True).world()) == {"order": ["a"], "stock": ["b"]}


@pytest.mark.parametrize("go", [True, False])
def test_an_application_set_of_folders_is_an_application_for_each(go: bool) -> None:
    """Folders that a pattern takes and none leaves out; `*` is one folder deep."""
    blank = "{{.path.%s}}" if go else "{{path%s}}"
    path, name = (blank % "path", blank % "basename") if go else (blank % "", blank % ".basename")
    directories = [{"path": "teams/*"}, {"path": "teams/old", "exclude": True}]
    spec = {
        "goTemplate": go,
        "generators": [{"git": {"repoURL": "https://git.example.com/platform", "directories": directories}}],
        "template": {
            "metadata": {"name": name},
            "spec": {
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
                "source": {"repoURL": "https://git.example.com/platform", "path": path, "directory": {"recurse": True}},
            },
        },
    }
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "teams"}, "spec": spec}
    files = {"x/root/set.yaml": json.dumps(body), "x/teams/a/more/a.yaml": _object("a"), "x/teams/b/b.yaml": _object("b")}
    files |= {"x/teams/old/c.yaml": _object("c"), "x/teams/notes.yaml": _object("d")}
    assert _named(Example(name="a set", files=files, closed=True).world()) == {"a": ["a"], "b": ["b"]}
