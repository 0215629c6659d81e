"""Files and directories into worlds."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crema.policies.model.documents import Unreadable, line_of, read_documents
from crema.policies.model.environments import Group, Setting, groups_of
from crema.policies.model.facts import FILE as FACTS
from crema.policies.model.files import EMPTY, NO_MANIFEST, File, NotAManifest, Passed, UnreadableDocument, files_of, shown
from crema.policies.model.likeness import is_something_else, resembles
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.objects import BOOTSTRAP, NotAnObject, document_of, documents_of, is_document, manifests_of, patches_of
from crema.policies.model.surroundings import CHART, Surroundings, has_literals, is_kustomization, is_values, surroundings
from crema.policies.model.templates import has_marks, without_marks
from crema.policies.model.world import World, world_of

NO_YAML: Final = "not YAML"
REPOSITORY: Final = "repository"
"""The environment that has what is read beside a cluster: workflows, the lock of images, the bootstrap's documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything found under the given paths: one world for each environment, and what could not become part of one.

    `whole`: the environments that were read from their top. `names`: every environment that there is, those that were left out
    included. `empty`: paths under which nothing at all was found to judge.
    """

    worlds: tuple[World, ...]
    unreadable: tuple[UnreadableDocument, ...]
    not_manifests: tuple[NotAManifest, ...]
    whole: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    empty: tuple[str, ...] = ()


def read(
    paths: Iterable[Path],
    *,
    environments: Sequence[Setting] = (),
    otherwise: Setting | None = None,
    repository: Iterable[Path] = (),
    only: Collection[str] = (),
) -> Reading:
    """Read files and directories into worlds.

    A directory of `environments` is one world; so is one that crema wrote (`dist/local` says "environment: local" in its headers).
    The rest of a path is one world more, if there is any, with the settings of `otherwise`. `repository`: files and folders that make
    the world `repository`, together with the bootstrap's documents. `only`: names of environments; the others are left out.
    """
    passed = Passed()
    worlds: list[World] = []
    whole: set[str] = set()
    names: set[str] = set()
    documents: list[Manifest] = []
    empty: list[str] = []
    rest = otherwise or Setting(name="", path=Path())
    for path in _apart(paths):
        groups = [*groups_of(path, list(files_of(path, passed)), environments, rest)]
        names |= {group.setting.name for group in groups}
        # The bootstrap's documents belong to the repository, whichever environment they bootstrap.
        every = [_world(group, passed) for group in groups if not only or group.setting.name in only or REPOSITORY in only]
        documents += [document for world in every for document in world.documents]
        read_here = [world for world in every if not only or world.environment in only]
        worlds += read_here
        whole |= {group.setting.name for group in groups if group.whole and (not only or group.setting.name in only)}
        if read_here and not any(world.manifests for world in read_here):
            empty.append(shown(path))
    beside = [*repository]
    documents += [document for path in beside if path.exists() for document in _repository(path, passed)]
    if documents:
        names.add(REPOSITORY)
        if not only or REPOSITORY in only:
            worlds.append(world_of((), REPOSITORY, documents=documents, repository=True, closed=True))
            whole |= {REPOSITORY} if beside else set()
    return Reading(
        worlds=tuple(worlds),
        unreadable=tuple(sorted(passed.unreadable, key=lambda entry: (entry.file, entry.line))),
        not_manifests=tuple(sorted(passed.not_manifests, key=lambda entry: entry.file)),
        whole=frozenset(whole),
        names=frozenset(names),
        empty=tuple(empty),
    )


def _apart(paths: Iterable[Path]) -> list[Path]:
    """The paths that are inside no other one: each file is read once."""
    whole = {path.resolve(): path for path in paths}
    return [path for resolved, path in whole.items() if not any(above in whole for above in resolved.parents)]


def read_document(path: Path) -> Manifest | None:
    """A file of one document that is no manifest (waivers); None when there is nothing in it. Raises Unreadable."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as broken:
        raise Unreadable(broken.object.count(b"\n", 0, broken.start) + 1, "not UTF-8") from None
    except OSError as broken:
        raise Unreadable(1, f"{broken.strerror}") from None
    found = [document_of(path.name, document, shown(path), REPOSITORY) for document in read_documents(text)]
    if len(found) > 1:
        raise Unreadable(1, f"{len(found)} documents, where one is required")
    return found[0] if found else None


def line_in(manifest: Manifest, pointer: str, inner: str = "") -> int | None:
    """The line of the manifest's file on which the value at a pointer stands; None when the file is not there."""
    try:
        text = Path(manifest.file).read_bytes().decode("utf-8")
        return line_of(text, manifest.index, manifest.base + pointer, inner)
    except (OSError, UnicodeDecodeError, Unreadable):
        return None


def _world(group: Group, passed: Passed) -> World:
    closed = bool(group.setting.closed)
    if not closed or not any(file.header is not None for file in group.files):
        return _foreign_world(group, passed, closed=closed)
    manifests: list[Manifest] = []
    documents: list[Manifest] = []
    beside: dict[str, str] = {}
    for file in group.files:
        found = 0
        inside = file.parts[group.above :]
        try:
            for document in documents_of(file):
                found += 1
                if inside[0] == BOOTSTRAP and is_document(document.body):
                    name = f"{group.setting.name}/{inside[-1]}"
                    documents.append(document_of(name, document, file.shown, REPOSITORY, file.header))
                else:
                    manifests += manifests_of(file, document, inside, group.setting.name)
        except Unreadable as broken:
            passed.refuse(file.shown, broken.line, broken.why)
            beside[file.shown] = broken.why
            continue
        if not found:
            passed.refuse(file.shown, 1, "there is nothing but comments in it, where an object must be")
            beside[file.shown] = "nothing but comments in it"
    facts = {**group.setting.facts, **next((d.body for d in documents if d.ref.name.endswith(f"/{FACTS}")), {})}
    return world_of(
        manifests,
        group.setting.name,
        documents=documents,
        closed=True,
        kubernetes_version=group.setting.kubernetes,
        facts=facts,
        beside=beside,
        listed=_listed(group, surroundings(group.files, group.top)) if any(is_kustomization(file) for file in group.files) else (),
    )


def _foreign_world(group: Group, passed: Passed, *, closed: bool) -> World:
    """Somebody's directory, in which there is more than objects. `closed`: a configuration says that it is all there is."""
    around = surroundings(group.files, group.top)
    here = {file.path: file.shown for file in group.files}
    for lacking in around.missing:
        if lacking.kustomization in here:
            passed.refuse(here[lacking.kustomization], lacking.line, f"it lists {lacking.named}, which is not there")
    manifests: list[Manifest] = []
    kustomizations: list[Manifest] = []
    patches: list[Manifest] = []
    beside: dict[str, str] = {}
    for file in group.files:
        why = around.why_passed_over(file)
        found = 0
        try:
            for document in () if around.is_template(file) else documents_of(file):
                found += 1
                if around.is_patch(file):
                    patches += patches_of(file, document, group.setting.name)
                elif not why and not is_something_else(document.body):
                    manifests += manifests_of(file, document, file.parts[group.above :], group.setting.name)
                else:
                    passed.pass_over(file.shown, why or NO_MANIFEST)
                    beside[file.shown] = why or NO_MANIFEST
                    if file.path in around.kustomizations and has_literals(document.body):
                        kustomizations.append(document_of(file.parts[-1], document, file.shown, group.setting.name))
        except Unreadable as broken:
            surely = isinstance(broken, NotAnObject) or file.path in around.kustomizations
            meant_so = "" if surely else _no_mistake(file, broken, in_chart=around.in_chart(file.path))
            if meant_so:
                passed.pass_over(file.shown, meant_so)
            else:
                passed.refuse(file.shown, broken.line, broken.why)
            beside[file.shown] = meant_so or broken.why
            continue
        if not found:
            passed.pass_over(file.shown, why or "nothing but comments in it")
            beside[file.shown] = why or "nothing but comments in it"
    return world_of(
        manifests,
        group.setting.name,
        closed=closed,
        foreign=closed,
        kubernetes_version=group.setting.kubernetes,
        facts=group.setting.facts,
        patches=patches,
        given_selectors={file.shown for file in group.files if file.path in around.labelled},
        generated=[
            Manifest(ref=ref_of(body), api_version="v1", body=body, file=here.get(path, path), environment=group.setting.name)
            for path, body in around.generated
        ],
        kustomizations=kustomizations,
        beside=beside,
        listed=_listed(group, around),
    )


def _listed(group: Group, around: Surroundings) -> set[str]:
    """The files that kustomizations list."""
    every = around.objects | around.patches | around.settings
    return {file.shown for file in group.files if file.path in every}


def _no_mistake(file: File, broken: Unreadable, *, in_chart: bool) -> str:
    """Why a file that cannot be read is no mistake: nothing in it looks like a manifest, or it is a template and YAML beside its marks.

    YAML that is broken and no template is one all the same: a file may have been cut off before its first key that says so.
    """
    if file.problem == (1, EMPTY):
        known = is_values(file) or (in_chart and file.parts[-1] != CHART)
        return "an empty file of a Helm chart, or which by its name would hold values of one" if known else ""
    syntax = file.problem is not None or broken.why.startswith(NO_YAML)
    other = not syntax or file.parts[-1].endswith(".json") or has_marks(file.text)
    if not resembles(file.text) and other:
        return f"{file.problem[1] if file.problem else 'not YAML'}, and nothing in it looks like a manifest"
    template = "a template, which is not YAML yet: check what is made from it"
    if in_chart and has_marks(file.text):
        return template
    bare = without_marks(file.text)
    try:
        return "" if bare is None or not [*read_documents(bare)] else template
    except Unreadable:
        return ""


def _repository(path: Path, passed: Passed) -> Iterator[Manifest]:
    """The documents of the repository itself: its workflows, its lock of images."""
    files = [*files_of(path, passed)] if path.is_dir() or path.is_file() else []
    for file in files:
        try:
            for document in documents_of(file):
                yield document_of(
                    "/".join((path.name, *file.parts)) if path.is_dir() else path.name, document, file.shown, REPOSITORY, file.header
                )
        except Unreadable as broken:
            passed.refuse(file.shown, broken.line, broken.why)
