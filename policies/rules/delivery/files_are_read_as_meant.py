"""The policy delivery-files-are-read-as-meant."""

import json
import posixpath
from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.patterns import matches_glob
from crema.policies.model.delivery.reading import KUSTOMIZATIONS, Reading, is_mixed, readers, readings, told
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World


def _application(source: str = "directory: {recurse: true}", name: str = "order", path: str = "shop/order") -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: {path}, {source}}}
    """
    return {f"shop/_bootstrap/{name}.yaml": text}


_AT = "Application/argocd/order"
_CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: order, namespace: shop}}"
_HERE = {"shop/order/config.yaml": _CONFIG}
_SERVICE = _CONFIG.replace("ConfigMap", "Service")
_KUSTOMIZATION = "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, resources: [config.yaml]}"
_LOOKS_SO = ("not an object", "not YAML", "nothing but comments")


class FilesAreReadAsMeant(Policy[Reading]):
    """Argo CD reads every manifest in the folder of an Application, and reads it as what it is.

    Why: what is left out (a folder below, where `recurse` is off; a file with the other ending; a document without `kind`) is not deployed,
    and the Application is Synced and Healthy all the same. A stray kustomization.yaml or Chart.yaml turns on a tool that sees none of the
    manifests; one that is read as a manifest, as any JSON file is, fails the whole sync.
    Fix: name the tool in the source with a block that says something: directory: {recurse: true, include: "*.yaml"}.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
    """

    id = "delivery-files-are-read-as-meant"
    basis = "breaks"
    allowed = (
        Example(
            name="folders below, where recurse is on",
            files={**_application(), **_HERE, "shop/order/more/service.yaml": _SERVICE},
            closed=True,
        ),
        Example(
            name="an include of both endings, which takes folders below too",
            files={
                **_application('directory: {recurse: true, include: "{*.yml,*.yaml}"}'),
                **_HERE,
                "shop/order/more/service.yml": _SERVICE,
            },
            closed=True,
        ),
        Example(
            name="a folder below that another Application reads",
            files={
                **_application('directory: {include: "*.yaml"}'),
                **_HERE,
                **_application(name="more", path="shop/order/more"),
                "shop/order/more/service.yaml": _SERVICE,
            },
            closed=True,
        ),
        Example(
            name="somebody's folder of a kustomization, with values that it lists",
            files={**_application("kustomize: {namePrefix: a-}"), "shop/order/values.yaml": "{image: order}", **_HERE},
        ),
    )
    denied = (
        Denied(
            name="folders below, where recurse is off",
            files={**_application('directory: {include: "*.yaml"}'), **_HERE, "shop/order/more/service.yaml": _SERVICE},
            closed=True,
            at=_AT,
            pointer="/spec/source/directory",
            message="directory.recurse is off: more/service.yaml is below shop/order, and never applied",
        ),
        Denied(
            name="an include that takes only the other ending",
            files={**_application('directory: {recurse: true, include: "*.yaml"}'), **_HERE, "shop/order/service.yml": _SERVICE},
            closed=True,
            at=_AT,
            pointer="/spec/source/directory/include",
            message='directory.include "*.yaml" does not take service.yml, which is never applied',
        ),
        Denied(
            name="a kustomization that turns kustomize on, and lists one of two files",
            files={
                **_application("directory: {recurse: false}"),
                **_HERE,
                "shop/order/service.yaml": _SERVICE,
                "shop/order/kustomization.yaml": _KUSTOMIZATION,
            },
            closed=True,
            at=_AT,
            pointer="/spec/source",
            message="kustomization.yaml turns kustomize on, and does not list service.yaml, which is never applied",
        ),
        Denied(
            name="a kustomization that is read as an object, and a file of JSON",
            files={
                **_application(),
                **_HERE,
                "shop/order/kustomization.yaml": _KUSTOMIZATION,
                "shop/order/dashboard.json": '{"title": "Coffee"}',
            },
            closed=True,
            at=_AT,
            pointer="/spec/source/path",
            message="dashboard.json is read as an object and is none: it has no apiVersion and kind, so the whole sync fails",
            also=(
                Pinned(
                    at="Kustomization",
                    pointer="/kind",
                    message="kustomization.yaml is read as an object of a kind that no cluster knows, so the whole sync fails",
                ),
            ),
        ),
        Denied(
            name="a document without kind, and two tools in one source",
            files={
                **_application("directory: {recurse: true}, kustomize: {namePrefix: a-}"),
                **_HERE,
            },
            closed=True,
            at=_AT,
            pointer="/spec/source",
            message="the source names two tools, kustomize and directory, which Argo CD refuses",
        ),
        Denied(
            name="a document without kind among those of an environment",
            files={**_application(), **_HERE, "shop/order/service.yaml": "{apiVersion: v1, metadata: {name: order}}"},
            closed=True,
            at=_AT,
            pointer="/spec/source/path",
            message="service.yaml has a document that is no object (no apiVersion and kind, so not a manifest); Argo CD passes over it",
        ),
    )

    def targets(self, world: World) -> Iterable[Reading]:
        """Every folder that an Application reads."""
        return readings(world)

    def judge(self, world: World, target: Reading) -> Iterator[Outcome]:
        """What the tool makes of the folder, then each file that is not read or is no object."""
        tools = told(target.source.node)
        if len(tools) > 1:
            what = f"the source names two tools, {tools[0]} and {tools[1]}, which Argo CD refuses"
            yield self.finding(target.source.node, what, fix=f"take {tools[0]} out, or {tools[1]}")
        elif target.turned_on:
            yield from self._turned_on(world, target)
        elif target.is_plain:
            yield from self._left_out(world, target)
            yield from self._no_objects(world, target)

    def _turned_on(self, world: World, target: Reading) -> Iterator[Outcome]:
        """Manifests beside a file that turns on a tool which does not see them."""
        by = posixpath.basename(target.turned_on)
        beside = [manifest for manifest in world.derived(_by_folder).get(target.folder, ()) if not _is_kustomization(manifest)]
        lists = _lists(world, target)
        lost = [manifest for manifest in beside if manifest.file not in lists and manifest.file not in readers(world)]
        if not lost or (target.tool == "kustomize" and not lists and not world.closed):
            return
        files = _named(target, {manifest.file for manifest in lost})
        what = f"{by} turns {target.tool} on, and does not list {files}, which is never applied"
        if target.tool == "helm":
            what = f"{by} turns helm on, which takes only what is in templates: {files} is never applied"
        there = Related(manifest=lost[0], pointer="", note="never applied")
        yield self.finding(target.source.node, what, path=_way(target, files), related=(there,))

    def _left_out(self, world: World, target: Reading) -> Iterator[Outcome]:
        block = target.source.node.get("directory")
        place = block or target.source.place
        objects = world.derived(_objects)
        below, other, told_so = set[str](), set[str](), set[str]()
        for file, why in target.passed.items():
            if file not in objects or file in readers(world):
                continue
            if why == "recurse" and (world.closed or not _is_led(world, target, file)):
                below.add(file)
            elif why == "include" and (world.closed or _takes_other_ending(block, target, file)):
                other.add(file)
            elif why == "exclude" and world.closed:
                told_so.add(file)
        if below and (world.closed or not is_mixed(world)):
            files = _named(target, below)
            what = f"directory.recurse is off: {files} is below {target.source.path}, and never applied"
            yield self.finding(place, what, fix="write directory.recurse: true", path=_way(target, files))
        for key, lost in (("include", other), ("exclude", told_so)):
            if lost and block is not None:
                files, said = _named(target, lost), json.dumps(block.text(key))
                verb = "does not take" if key == "include" else "takes out"
                what = f"directory.{key} {said} {verb} {files}, which is never applied"
                yield self.finding(block.get(key) or block, what, path=_way(target, files))

    def _no_objects(self, world: World, target: Reading) -> Iterator[Outcome]:
        for file in target.files:
            for manifest in world.derived(_kustomizations).get(file, ()):
                name = _named(target, {file})
                what = f"{name} is read as an object of a kind that no cluster knows, so the whole sync fails"
                node = manifest.root.get("kind") or manifest.root
                yield self.finding(node, what, fix="write directory.exclude, or take the file away", path=_way(target, name))
            why = world.beside.get(file)
            if why is None or posixpath.basename(file) in KUSTOMIZATIONS:
                continue
            name = _named(target, {file})
            if file.endswith(".json"):
                what = f"{name} is read as an object and is none: it has no apiVersion and kind, so the whole sync fails"
                fix = 'write directory.include: "*.yaml", or move the file out of the folder'
                yield self.finding(target.source.place, what, fix=fix, path=_way(target, name), subject=name)
            elif world.closed or why.startswith(_LOOKS_SO[:2]):
                what = f"{name} has a document that is no object ({why}); Argo CD passes over it"
                fix = "give the document its apiVersion and kind, or move the file out of the folder"
                yield self.finding(target.source.place, what, fix=fix, path=_way(target, name), subject=name)


def _is_kustomization(manifest: Manifest) -> bool:
    return manifest.ref.group == "kustomize.config.k8s.io"


def _lists(world: World, target: Reading) -> frozenset[str]:
    """The files that the kustomization of a folder lists."""
    said = [str(item.value) for each in world.derived(_kustomizations).get(target.turned_on, ()) for item in _items(each.root)]
    return world.listed | {posixpath.normpath(posixpath.join(target.folder, name)) for name in said}


def _items(root: Node) -> Iterator[Node]:
    for key in ("resources", "patchesStrategicMerge", "bases", "components"):
        yield from root.items(key)


def _by_folder(world: World) -> dict[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for manifest in world.manifests:
        found.setdefault(posixpath.dirname(manifest.file), []).append(manifest)
    return found


def _kustomizations(world: World) -> dict[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for manifest in world.of("kustomize.config.k8s.io", "Kustomization", "Component"):
        found.setdefault(manifest.file, []).append(manifest)
    return found


def _objects(world: World) -> frozenset[str]:
    return frozenset(manifest.file for manifest in world.manifests if not _is_kustomization(manifest))


def _is_led(world: World, target: Reading, file: str) -> bool:
    """Whether a file below a folder is of something that has a kustomization or a chart of its own."""
    folder = posixpath.dirname(file)
    while len(folder) > len(target.folder):
        if any(f"{folder}/{name}" in world.beside for name in (*KUSTOMIZATIONS, "Chart.yaml")):
            return True
        folder = posixpath.dirname(folder)
    return False


def _takes_other_ending(block: Node | None, target: Reading, file: str) -> bool:
    """Whether an include would take a file if its name ended in `.yaml` and not `.yml`, or the other way round."""
    stem, ending = posixpath.splitext(file[len(f"{target.folder}/") if target.folder else 0 :])
    include = (block.text("include") or "") if block is not None else ""
    other = {".yml": ".yaml", ".yaml": ".yml"}.get(ending, "")
    return bool(other) and matches_glob(include, f"{stem}{other}")


def _named(target: Reading, files: set[str]) -> str:
    start = len(f"{target.folder}/") if target.folder else 0
    names = sorted(file[start:] for file in files)
    return names[0] if len(names) == 1 else f"{names[0]} (and {len(names) - 1} more)"


def _way(target: Reading, files: str) -> tuple[str, ...]:
    return (f"commit on {target.source.revision or 'HEAD'}", str(target.application), f"folder {target.source.path}", files)
