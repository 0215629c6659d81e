"""The policy delivery-file-belongs-to-an-application."""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import applications
from crema.policies.model.delivery.folders import tree
from crema.policies.model.delivery.owners import is_application, owned
from crema.policies.model.delivery.reading import is_mixed, readers, readings
from crema.policies.model.delivery.tree import roots
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


def _application(name: str, path: str, more: str = "recurse: true") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: {path}, directory: {{{more}}}}}
    """


def _manifest(name: str, kind: str = "ConfigMap") -> str:
    return f"{{apiVersion: v1, kind: {kind}, metadata: {{name: {name}, namespace: shop}}}}"


_ROOT = {"shop/_bootstrap/root.yaml": _application("root", "shop/_root"), "shop/_root/order.yaml": _application("order", "shop/order")}
_ORDER = {"shop/order/config.yaml": _manifest("order"), "shop/order/more/service.yaml": _manifest("order", "Service")}
_STOCK = {"shop/_root/stock.yaml": _application("stock", "shop/stock"), "shop/stock/config.yaml": _manifest("stock")}
_TEA = {"shop/tea/config.yaml": _manifest("tea"), "shop/tea/service.yaml": _manifest("tea", "Service")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder, and the objects in its files."""

    name: str
    manifests: tuple[Manifest, ...]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class FileBelongsToAnApplication(Policy[Folder]):
    """Every file with objects is read by an Application.

    Why: a file that no Application reads is in git and is never applied; nothing turns red, because nothing knows of it.
    Fix: write an Application for the folder, or move the files into one that an Application reads.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/cluster-bootstrapping/

    In a whole environment every file must be read, but for its bootstrap. Of somebody's directory a folder is meant to be read where
    most of the folders beside it are.
    """

    id = "delivery-file-belongs-to-an-application"
    basis = "breaks"
    allowed = (
        Example(name="every folder has its Application, and the Applications have theirs", files={**_ROOT, **_ORDER}, closed=True),
        Example(
            name="one Application reads the folders below its own",
            files={"shop/_bootstrap/root.yaml": _application("root", "shop"), **_ORDER, **_TEA},
            closed=True,
        ),
        Example(
            name="a person applies the root, which applies the others",
            files={
                "shop/root.yaml": _application("root", "shop/_root"),
                "shop/_root/order.yaml": _application("order", "shop/order"),
                **_ORDER,
            },
            closed=True,
        ),
        Example(
            name="a person applies every Application",
            files={"shop/apps/order.yaml": _application("order", "shop/order"), **_ORDER},
            closed=True,
        ),
        Example(name="somebody's directory, where a folder of its own is not deployed", files={**_ROOT, **_ORDER, **_TEA}),
        Example(name="objects without any Application", files={**_ORDER, **_TEA}, closed=True),
        Example(
            name="Applications of charts alone, beside objects that a person applies",
            files={
                "shop/_root/loki.yaml": _application("loki", "x").replace(
                    "path: x, directory: {recurse: true}", "chart: x, targetRevision: 1.0.0"
                ),
                **_TEA,
            },
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="a folder without an Application",
            files={**_ROOT, **_ORDER, **_TEA},
            closed=True,
            at="ConfigMap/shop/tea",
            pointer="",
            message="no Application reads the folder shop/tea: none of its 2 files is ever applied (config.yaml, service.yaml)",
        ),
        Denied(
            name="an Application that nothing applies",
            files={**_ROOT, **_ORDER, "shop/apps/tea.yaml": _application("tea", "shop/tea"), **_TEA},
            closed=True,
            at="Application/argocd/tea",
            pointer="",
            message="no Application reads the folder shop/apps: its file tea.yaml is never applied",
        ),
        Denied(
            name="somebody's directory, where the folders beside it all have one",
            files={**_ROOT, **_ORDER, **_STOCK, **_TEA},
            at="ConfigMap/shop/tea",
            pointer="",
            message="no Application reads the folder shop/tea: none of its 2 files is ever applied (config.yaml, service.yaml)",
        ),
    )

    def targets(self, world: World) -> Iterable[Folder]:
        """Every folder with objects in it, but for bootstraps; none where no Application reads a folder of this repository."""
        if not readings(world) and all(application.known for application in applications(world)):
            return
        inside: defaultdict[str, list[Manifest]] = defaultdict(list)
        for manifest in world.manifests:
            if not manifest.bootstrap:
                inside[posixpath.dirname(manifest.file)].append(manifest)
        for name, manifests in sorted(inside.items()):
            yield Folder(name=name, manifests=tuple(manifests))

    def judge(self, world: World, target: Folder) -> Iterator[Outcome]:
        """A folder of which nothing is read. Files that their Application passes over are those of delivery-files-are-read-as-meant."""
        left = [manifest for manifest in target.manifests if not _is_met(world, manifest.file)]
        if not left or any(above in world.derived(_opaque) for above in _above(target.name)):
            return
        if target.name in world.derived(_nearly_named) or _is_by_hand(world, target):
            return
        if not world.closed and not _is_meant(world, target):
            return
        if is_mixed(world) and any(not application.known for application in applications(world)):
            yield self.undecided(left[0], f"whether an ApplicationSet reads the folder {target.name}")
            return
        files = sorted({posixpath.basename(manifest.file) for manifest in left})
        names = f"{', '.join(files[:3])}{', …' if len(files) > 3 else ''}"
        said = f"its file {names} is never applied" if len(files) == 1 else f"none of its {len(files)} files is ever applied ({names})"
        what = f"no Application reads the folder {target.name or 'at the top'}: {said}"
        path = ("commit", f"folder {target.name}", "no Application")
        yield self.finding(left[0].root, what, path=path, subject=target.name)


def _is_met(world: World, file: str) -> bool:
    """Whether some Application reads a file, or has it in its folder and passes it over; one that a kustomization lists is built by
    whichever Application kustomize is on for.
    """
    listed = file in world.listed and bool(world.derived(_opaque))
    return listed or file in readers(world) or file in world.derived(_passed)


def _passed(world: World) -> frozenset[str]:
    seen: set[int] = set()
    found: set[str] = set()
    for reading in readings(world):
        if id(reading.passed) not in seen:
            seen.add(id(reading.passed))
            found |= set(reading.passed)
    return frozenset(found)


def _opaque(world: World) -> frozenset[str]:
    """The folders that kustomize, Helm or a plugin reads."""
    return frozenset(reading.folder for reading in readings(world) if not reading.is_plain)


def _is_by_hand(world: World, target: Folder) -> bool:
    """Whether a person applies a folder, where no bootstrap of ours says what that is: the Application that applies the others, or, where
    none does, all of them.
    """
    if world.derived(_has_bootstrap) or not all(is_application(manifest) for manifest in target.manifests):
        return False
    above = world.derived(_of_others)
    return not above or any(manifest in above for manifest in target.manifests)


def _has_bootstrap(world: World) -> bool:
    return any(manifest.bootstrap for manifest in world.manifests)


def _of_others(world: World) -> frozenset[Manifest]:
    """The Applications that apply Applications."""
    return frozenset(
        application.manifest for application, objects in owned(world).items() if any(is_application(each.manifest) for each in objects)
    )


def _nearly_named(world: World) -> frozenset[str]:
    """The folders that an Application names but for a slip, of which delivery-path-has-manifests speaks."""
    here = tree(world)
    return frozenset(here.like(reading.folder) for reading in readings(world) if reading.folder not in here.folders)


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder) if folder != "/" else ""
    yield ""


def _is_meant(world: World, target: Folder) -> bool:
    """Whether a folder of somebody's is one that an Application should read: two and more of those beside it are, and all but few."""
    if is_mixed(world) or not target.name or any(is_application(manifest) for manifest in target.manifests):
        return False
    read, there = world.derived(_beside).get(posixpath.dirname(target.name), (0, 0))
    return read >= 2 and read * 3 >= there * 2 - 1


def _beside(world: World) -> Mapping[str, tuple[int, int]]:
    """Folder → how many of the folders in it some Application reads by name, and how many there are with objects."""
    named = {reading.folder for reading in readings(world) if roots(world)[reading.source.url].sure}
    read = Counter(posixpath.dirname(folder) for folder in named if folder in tree(world).folders)
    there = Counter(posixpath.dirname(folder) for folder in {posixpath.dirname(manifest.file) for manifest in world.manifests} - {""})
    return {above: (read[above], there[above]) for above in there}
