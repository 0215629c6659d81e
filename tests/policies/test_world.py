"""A world is searched once for what several policies ask of it, and its indexes find what a search would find."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.model.datasources import ProvisioningFile
from crema.policies.model.documents import read_documents
from crema.policies.model.grafana import read_by
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.node import UnknownShape
from crema.policies.model.pods import HOLD_NO_PODS, pod_templates
from crema.policies.model.servers import EVERYWHERE, Server
from crema.policies.model.world import KUBERNETES_VERSION, World, world_of
from crema.policies.schemas.catalog import NoSchema, whole_object

_POD = "io.k8s.api.core.v1.PodSpec"
_WORDS = st.sampled_from(["shop", "monitoring", "bar", EVERYWHERE])


def manifest(text: str) -> Manifest:
    """The one manifest that a text holds."""
    (document,) = read_documents(text)
    assert isinstance(document.body, dict)
    return Manifest(ref=ref_of(document.body), api_version=str(document.body["apiVersion"]), body=document.body, file="one.yaml")


_NAMESPACE = manifest("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}")


def test_a_search_that_ends_is_made_once() -> None:
    """Whoever asks a second time gets the same things, and nothing is searched; another world is searched anew."""
    searched: list[World] = []

    def found(world: World) -> Iterator[str]:
        searched.append(world)
        yield from (str(one) for one in world.manifests)

    one, other = world_of([_NAMESPACE]), world_of([_NAMESPACE])
    assert [*one.once(found), *one.once(found), *other.once(found)] == ["Namespace/shop"] * 3
    assert searched == [one, other]


def test_a_search_that_stops_is_not_kept() -> None:
    """Two policies that ask for the same both get what comes before a strange shape, and both meet it."""

    def found(world: World) -> Iterator[str]:
        yield "first"
        raise UnknownShape(world.manifests[0].root, "a list")

    world, heard = world_of([_NAMESPACE]), list[str]()
    for _ in range(2):
        with pytest.raises(UnknownShape):
            heard.extend(world.once(found))
    assert heard == ["first", "first"]


def test_an_index_is_made_once() -> None:
    """What a function derives from a world is the same object for everyone who asks."""
    world = world_of([_NAMESPACE])
    assert world.derived(_names) is world.derived(_names)
    assert world.derived(_names) == {"shop"}


def _names(world: World) -> set[str]:
    return {one.ref.name for one in world.manifests}


def test_pod_templates_are_found_at_any_depth_in_the_order_of_the_manifest() -> None:
    """In lists and mappings of any kind, with the place of each; what has containers that are no mappings is none."""
    found = manifest("""
        apiVersion: example.com/v1
        kind: Shop
        metadata: {name: shop, namespace: shop}
        spec:
          counters:
            - {name: a, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a}]}}}
            - {name: b, template: {spec: {containers: [text]}}}
          kitchen/back: {spec: {containers: [], initContainers: [{name: c}]}}
        """)
    seen = [(pod.spec.pointer, pod.labels, [each.text("name") for each in pod.containers()]) for pod in pod_templates(found)]
    assert seen == [
        ("/spec/counters/0/template/spec", {"app": "a"}, ["a"]),
        ("/spec/kitchen~1back/spec", {}, ["c"]),
    ]


@pytest.mark.parametrize(("group", "kind"), sorted(HOLD_NO_PODS))
def test_kinds_that_are_not_searched_hold_no_pods(group: str, kind: str) -> None:
    """No definition that the kind's own schema needs is that of a pod; of a Deployment's it is one, so that this can be seen."""
    version = "v1" if not group else f"{group}/v1"
    assert _POD not in _needed(version, kind)
    assert _POD in _needed("apps/v1", "Deployment")


def _needed(api_version: str, kind: str) -> set[str]:
    schema = whole_object(api_version, kind, KUBERNETES_VERSION)
    assert not isinstance(schema, NoSchema)
    return set(schema["definitions"])


def _file(namespace: str, labels: dict[str, str], cluster: str | None) -> ProvisioningFile:
    return ProvisioningFile(namespace=namespace, labels=labels, top=_NAMESPACE.root, datasources=(), cluster=cluster)


_CLUSTERS = st.sampled_from([None, "", "other"])
_FILES = st.builds(_file, _WORDS, st.dictionaries(st.sampled_from("ab"), st.sampled_from("12")), _CLUSTERS)
_SERVERS = st.builds(
    Server,
    namespace=_WORDS,
    label=st.sampled_from("ab"),
    label_value=st.sampled_from(["", "1"]),
    searched=st.frozensets(_WORDS),
    place=st.just(_NAMESPACE.root),
    cluster=_CLUSTERS,
)


@given(st.lists(_SERVERS, max_size=4), st.lists(_FILES, max_size=6))
def test_the_files_of_a_server_are_those_that_it_reads(servers: list[Server], files: list[ProvisioningFile]) -> None:
    """Looking only at the files near a server finds exactly what asking it of every file would find, in the same order."""
    assert read_by(servers, files) == [[place for place, file in enumerate(files) if server.reads(file)] for server in servers]
