"""Calls: a pod (or a chart's program) asks a Service of the cluster for something, and where that leads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.calls.address import Address, bare, urls
from crema.policies.model.calls.by_default import by_default
from crema.policies.model.calls.files import in_file, in_values
from crema.policies.model.calls.headless import direct_ending
from crema.policies.model.calls.host import Named, named
from crema.policies.model.calls.objects import in_custom_resource, in_datasources
from crema.policies.model.calls.text import COMMAND, in_arguments, in_variables
from crema.policies.model.calls.variables import variables
from crema.policies.model.facts import fact
from crema.policies.model.helm import releases
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

CODE: Final = "code"
_PLAIN: Final = frozenset({"", "apps", "batch", "rbac.authorization.k8s.io", "apiextensions.k8s.io", "argoproj.io", "networking.k8s.io"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """One address that something here calls.

    node: where the text stands. key: the variable, option or file. caller: how reports name who calls; pod: None for a program whose pods
    are not known. names: the Service that the host means. ending: where its port leads. appends: what the caller's code puts behind the
    URL, None where nothing says it. sure: the text is an address for certain, whatever is here.
    """

    node: Node
    key: str
    caller: str
    namespace: str
    pod: PodTemplate | None
    address: Address
    names: Named
    ending: Ending
    appends: str | None = None
    sure: bool = True

    @property
    def manifest(self) -> Manifest:
        """The object whose text it is."""
        return self.node.manifest

    @property
    def host(self) -> str:
        """The host as it is written."""
        return self.address.host

    @property
    def port(self) -> int | None:
        """The port that is asked, None where nothing says it."""
        return self.address.port

    @property
    def path(self) -> str:
        """The path that arrives, as far as it is known: that of the URL and what the caller appends."""
        return self.address.path + (self.appends or "")

    @property
    def said(self) -> str:
        """What the text says, as the beginning of a sentence."""
        if self.key in {CODE, COMMAND}:
            return f"its {self.key} calls {self.address.text}"
        return f"{self.key} is {self.address.text}"

    @property
    def hops(self) -> tuple[str, ...]:
        """The way of the call, one hop each."""
        key = "" if self.key in {CODE, COMMAND} else f"{self.key}="
        return (f"{self.caller} {key}{self.address.text}" + (f" + {self.appends}" if self.appends else ""), *self.ending.hops)

    def __str__(self) -> str:
        """Who calls whom by what."""
        return f"{self.caller} {self.key} {self.address.text}"


def calls(world: World) -> Iterator[Call]:
    """Every call of a world, to Services of the cluster only: what leads out of it is nobody's matter here."""
    return world.once(_calls)


def _calls(world: World) -> Iterator[Call]:
    every = whole(world)
    for pod in every.world.pod_templates:
        if every.release(pod.manifest) is None:
            yield from _of_pod(world, pod)
    for service in world.of("", "Service"):
        yield from _each(world, _aliased(service), f"Service {service.ref.namespace}/{service.ref.name}", service.ref.namespace)
    for manifest in world.of("", "ConfigMap"):
        for caller, address in in_datasources(manifest):
            yield from _each(world, (address,), caller, manifest.ref.namespace)
    for release in releases(world):
        if not release.cluster:
            caller, written = f"chart {release.chart} in {release.manifest}", release.values.written
            yield from _each(world, in_values(written) if written is not None else (), caller, release.namespace)
            yield from _each(world, by_default(release), caller, release.namespace)
    for manifest in world.manifests:
        if manifest.ref.group not in _PLAIN:
            yield from _each(world, in_custom_resource(manifest.root), str(manifest), manifest.ref.namespace, sure_only=True)


def _aliased(service: Manifest) -> Iterator[tuple[Node, str, Address]]:
    """The name that a Service of type ExternalName stands for; one of the cluster is looked for here."""
    spec = service.root.get("spec")
    name = spec.get("externalName") if spec is not None and spec.text("type") == "ExternalName" else None
    if name is not None and ".svc" in str(name.value):
        yield from ((name, "externalName", address) for address in bare(str(name.value).rstrip(".")))


def _of_pod(world: World, pod: PodTemplate) -> Iterator[Call]:
    every, namespace = whole(world).world, pod.manifest.ref.namespace
    ref = pod.manifest.ref
    said = dict(_facts(world, pod))
    files = dict(_mounted(every, pod))
    for container in pod.containers():
        given = variables(every, namespace, container)
        caller = f"{ref.kind} {namespace}/{ref.name}" + (f" container {container.text('name')}" if container.text("name") else "")
        for found in (in_variables(given), in_arguments(container, given)):
            yield from _each(world, found, caller, namespace, pod=pod, said=said)
        names = {mount.text("name") for mount in container.items("volumeMounts")}
        for volume in sorted(name for name in names if name):
            for name, node in files.get(volume, ()):
                yield from _each(world, in_file(name, node), caller, namespace, pod=pod)
    for url in said.get("", ()):
        fixed = ((pod.manifest.root, CODE, address) for address in urls(url))
        yield from _each(world, fixed, f"{ref.kind} {namespace}/{ref.name}", namespace, pod=pod)


def _each(
    world: World,
    found: Iterable[tuple[Node, str, Address]],
    caller: str,
    namespace: str,
    *,
    pod: PodTemplate | None = None,
    said: dict[str, tuple[str, ...]] | None = None,
    sure_only: bool = False,
) -> Iterator[Call]:
    seen: set[tuple[str, str, str, int | None]] = set()
    for node, key, address in found:
        names = named(world, address.host, namespace)
        place = (node.pointer, node.inner or "", address.host, address.port)
        if names is None or place in seen or (sure_only and not names.sure):
            continue
        seen.add(place)
        appended = (said or {}).get(key)
        yield Call(
            node=node,
            key=key,
            caller=caller,
            namespace=namespace,
            pod=pod,
            address=address,
            names=names,
            ending=direct_ending(world, names, address.port) or ending(world, names.backend(address.port)),
            appends=appended[0] if appended else None,
        )


def _facts(world: World, pod: PodTemplate) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What facts say of the code in a pod: by variable what it appends, and below an empty name the URLs that stand in it."""
    for name in world.derived(_services).get(id(pod), ()):
        appended = fact(world.facts, "services", name, "url_appends")
        if isinstance(appended, dict):
            yield from ((variable, (str(text),)) for variable, text in appended.items())
        fixed = fact(world.facts, "services", name, "fixed_urls")
        if isinstance(fixed, list):
            yield "", tuple(map(str, fixed))


def _services(world: World) -> dict[int, list[str]]:
    """The Services that facts speak of, by the pods behind them."""
    every, found = whole(world).world, dict[int, list[str]]()
    said = fact(world.facts, "services")
    for name in said if isinstance(said, dict) else ():
        namespace, _, service = str(name).partition("/")
        manifest = every.get(Ref(group="", kind="Service", namespace=namespace, name=service))
        spec = manifest.root.get("spec") if manifest is not None else None
        for pod in every.pods(namespace, spec.texts("selector")) if spec is not None else ():
            found.setdefault(id(pod), []).append(str(name))
    return found


def _mounted(world: World, pod: PodTemplate) -> Iterator[tuple[str, list[tuple[str, Node]]]]:
    """The files that volumes of a pod take from ConfigMaps, by volume."""
    for volume in pod.spec.items("volumes"):
        sources = volume.items("projected", "sources") if volume.get("projected") is not None else (volume,)
        files: list[tuple[str, Node]] = []
        for source in sources:
            name = source.text("configMap", "name")
            ref = Ref(group="", kind="ConfigMap", namespace=pod.manifest.ref.namespace, name=name or "")
            manifest = world.get(ref) if name else None
            chosen = {item.text("key") for item in source.items("configMap", "items")}
            if manifest is not None:
                files += ((key, node) for key, node in manifest.root.entries("data") if not chosen or key in chosen)
        yield volume.text("name") or "", files
