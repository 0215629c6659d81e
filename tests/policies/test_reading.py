"""Directories become worlds; what cannot be read is named, never skipped and never quoted."""

import os
from pathlib import Path

import pytest

from crema.policies.model.read import Reading, read

HEADER = (
    "# Generated from charts/{app}.py Chart/{app}. Do not edit.\n"
    "# To change it: edit that file and run `make synth` (environment: {env}).\n"
    "# What must hold of it: policies/\n"
)
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: order, namespace: shop}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(file: str, text: str | bytes, *, env: str = "") -> None:
    """Write a file; with an environment, as crema writes it there."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text if isinstance(text, bytes) else text.encode()
    path.write_bytes((HEADER.format(app=path.parent.name, env=env).encode() if env else b"") + content)


def shape(reading: Reading) -> dict[str, tuple[bool, list[str]]]:
    """Each world's environment, whether it is closed, and its files."""
    return {w.environment: (w.closed, [m.file for m in w.manifests]) for w in reading.worlds}


def test_each_environment_that_crema_wrote_is_a_closed_world_of_its_own() -> None:
    """`dist` holds two worlds; what lies beside them is an open world, so that it is judged too."""
    write("dist/local/order/service-order.yaml", SERVICE, env="local")
    write("dist/eks/order/service-order.yaml", SERVICE, env="eks")
    write("dist/notes/stray.yaml", SERVICE)
    assert shape(read([Path("dist")])) == {
        "eks": (True, ["dist/eks/order/service-order.yaml"]),
        "local": (True, ["dist/local/order/service-order.yaml"]),
        "dist": (False, ["dist/notes/stray.yaml"]),
    }


def test_one_environment_given_by_itself_is_that_world_and_somebodys_directory_is_open() -> None:
    """`dist/local` is the world local; a directory of others' files is one world named after it."""
    write("dist/local/order/service-order.yaml", SERVICE, env="local")
    write("theirs/a/b.yml", SERVICE)
    assert shape(read([Path("dist/local")])) == {"local": (True, ["dist/local/order/service-order.yaml"])}
    assert shape(read([Path("theirs")])) == {"theirs": (False, ["theirs/a/b.yml"])}
    assert shape(read([Path("theirs/a/b.yml")])) == {"a": (False, ["theirs/a/b.yml"])}


def test_a_manifest_knows_its_app_its_header_and_whether_it_is_watched() -> None:
    """The app is the directory inside the environment; `_bootstrap` is in the world, marked."""
    write("dist/local/order/service-order.yaml", SERVICE, env="local")
    write("dist/local/_bootstrap/root.yaml", SERVICE, env="local")
    bootstrap, order = read([Path("dist")]).worlds[0].manifests
    assert (bootstrap.bootstrap, order.bootstrap, order.app, order.origin) == (True, False, "order", "synthesised")
    assert order.header is not None
    assert (order.header.source, order.header.construct) == ("charts/order.py", "Chart/order")


def test_documents_lists_and_json_are_all_objects() -> None:
    """Several documents of a file and the items of a List are manifests of their own, with the place they came from."""
    write("m/many.yaml", f"{SERVICE}---\napiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Pod}}\n")
    write("m/one.json", '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}')
    found = [(str(m), m.index, m.base) for m in read([Path("m")]).worlds[0].manifests]
    assert found == [("Service/shop/order", 0, ""), ("Pod", 1, "/items/0"), ("Secret/s", 0, "")]


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"kind: Pod\na: \xff\n", 2, "not UTF-8"),
        (b"apiVersion: v1\nkind: [\n", 3, "not YAML: did not find expected node content"),
        (b"apiVersion: v1\nmetadata: {name: x}\n", 1, "not an object: /kind is missing or not text"),
        (b"kind: Pod\n", 1, "not an object: /apiVersion is missing or not text"),
        (b"apiVersion: 1\nkind: Pod\n", 1, "not an object: /apiVersion is missing or not text"),
        (b"apiVersion: v1\nkind: List\nitems: [hunter2]\n", 1, "not an object: the top of the document is not a mapping"),
        (b"apiVersion: v1\nkind: Secret\nstringData: {password: hunter2\n", 4, "not YAML: did not find expected ',' or '}'"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line_and_not_quoted(content: bytes, line: int, why: str) -> None:
    """The rest of the directory is read all the same."""
    write("m/bad.yaml", content)
    write("m/good.yaml", SERVICE)
    reading = read([Path("m")])
    assert [(entry.file, entry.line, entry.why) for entry in reading.unreadable] == [("m/bad.yaml", line, why)]
    assert [manifest.file for manifest in reading.worlds[0].manifests] == ["m/good.yaml"]
    assert "hunter2" not in repr(reading.unreadable)


def test_yaml_that_is_no_manifest_is_named_in_an_open_world_and_refused_in_ours() -> None:
    """A values file in somebody's directory is no mistake; in an environment of ours everything is a manifest."""
    write("theirs/values.yaml", "replicas: 2\n")
    write("dist/local/order/service-order.yaml", SERVICE, env="local")
    write("dist/local/order/values.yaml", "replicas: 2\n")
    theirs, ours = read([Path("theirs")]), read([Path("dist")])
    assert ([entry.file for entry in theirs.not_manifests], theirs.unreadable) == (["theirs/values.yaml"], ())
    assert [entry.file for entry in ours.unreadable] == ["dist/local/order/values.yaml"]


def test_links_out_of_the_tree_are_named_and_hidden_folders_are_not_followed() -> None:
    """A link that leaves the tree could lead anywhere, and a circle of links nowhere."""
    write("outside/secret.yaml", SERVICE)
    write("m/a.yaml", SERVICE)
    write("m/.git/b.yaml", SERVICE)
    Path("m/out.yaml").symlink_to(Path("outside/secret.yaml").absolute())
    Path("m/in.yaml").symlink_to(Path("m/a.yaml").absolute())
    Path("m/round").symlink_to(Path("m").absolute())
    Path("m/folder").symlink_to(Path("outside").absolute())
    reading = read([Path("m")])
    assert [manifest.file for manifest in reading.worlds[0].manifests] == ["m/a.yaml", "m/in.yaml"]
    why = "a link that leaves the directory is not followed"
    assert [(entry.file, entry.why) for entry in reading.not_manifests] == [("m/folder", why), ("m/out.yaml", why)]


def test_what_is_no_file_is_named_and_never_waited_for() -> None:
    """A pipe would be waited for without end; a circle of links has no file at its end."""
    write("m/a.yaml", SERVICE)
    os.mkfifo("m/pipe.yaml")
    Path("m/one.yaml").symlink_to("two.yaml")
    Path("m/two.yaml").symlink_to("one.yaml")
    reading = read([Path("m"), Path("m/pipe.yaml")])
    assert [manifest.file for manifest in reading.worlds[0].manifests] == ["m/a.yaml"]
    assert {(entry.file, entry.why) for entry in reading.unreadable} == {
        ("m/pipe.yaml", "not a regular file"),
        ("m/one.yaml", "Too many levels of symbolic links"),
        ("m/two.yaml", "Too many levels of symbolic links"),
    }


def test_a_folder_that_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in it was judged, and the run must not look as if it were."""
    write("m/a.yaml", SERVICE)
    write("m/closed/b.yaml", SERVICE)
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (entry,) = read([Path("m")]).unreadable
    assert (entry.file, entry.why) == ("m/closed", "Permission denied")


def test_one_path_given_twice_is_read_once() -> None:
    """`crema check m ./m` counts every manifest once."""
    write("m/a.yaml", SERVICE)
    assert len(read([Path("m"), Path("./m/../m")]).worlds) == 1


def test_what_is_read_when_a_cluster_is_made_is_no_object_of_the_cluster() -> None:
    """Kind's configuration, values and facts are documents under the names of their files; first objects are objects."""
    write("dist/local/_bootstrap/kind.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nname: coffee\n", env="local")
    write("dist/local/_bootstrap/argo-cd-values.yaml", "global: {domain: a.b}\n", env="local")
    write("dist/local/_bootstrap/root.yaml", SERVICE, env="local")
    write("dist/local/order/service-order.yaml", SERVICE, env="local")
    world, repository = read([Path("dist")]).worlds
    assert [str(document) for document in world.documents] == ["local/argo-cd-values.yaml", "local/kind.yaml"]
    assert (repository.environment, repository.documents, repository.manifests) == ("repository", world.documents, ())
    assert {document.environment for document in world.documents} == {"repository"}
    assert world.documents[0].body == {"global": {"domain": "a.b"}}
    assert [(m.file, m.bootstrap) for m in world.manifests] == [
        ("dist/local/_bootstrap/root.yaml", True),
        ("dist/local/order/service-order.yaml", False),
    ]


def test_a_document_where_objects_belong_is_still_unreadable() -> None:
    """Argo CD passes over a file without a kind in silence, so in an app's directory it is an error, and in the bootstrap a list is."""
    write("dist/local/order/values.yaml", "a: 1\n", env="local")
    write("dist/local/_bootstrap/list.yaml", "- 1\n", env="local")
    assert [(u.file, u.line) for u in read([Path("dist")]).unreadable] == [
        ("dist/local/_bootstrap/list.yaml", 4),
        ("dist/local/order/values.yaml", 4),
    ]
