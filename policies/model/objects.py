"""The objects of a document, and the documents that are no objects of a cluster."""

import json
import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.documents import Document, Json, Unreadable, read_documents
from crema.policies.model.doubts import below
from crema.policies.model.files import File
from crema.policies.model.likeness import meant
from crema.policies.model.manifest import Header, Manifest, Origin, Ref, ref_of

BOOTSTRAP: Final = "_bootstrap"
_RENDERED: Final = re.compile(r"(?:---\s*\n)?# Source: [^\n/]+/")


class NotAnObject(Unreadable):
    """YAML that should be an object, and lacks what makes it one."""


def documents_of(file: File) -> Iterator[Document]:
    """The documents of a file. Raises Unreadable."""
    if file.problem is not None:
        raise Unreadable(*file.problem)
    yield from read_documents(file.text)


def is_document(body: Json) -> bool:
    """Whether this is a mapping and no object of a cluster: kind's configuration has a kind, and no metadata with a name."""
    return isinstance(body, dict) and not (body.get("apiVersion") and body.get("kind") and ref_of(body).name)


def document_of(name: str, document: Document, file: str, environment: str, header: Header | None = None) -> Manifest:
    """A document of the bootstrap, called by the name of its file."""
    if not isinstance(document.body, dict):
        raise Unreadable(document.line, "the top of the document is not a mapping")
    return Manifest(
        ref=Ref(group="", kind="", namespace="", name=name),
        api_version="",
        body=document.body,
        file=file,
        index=document.index,
        header=header,
        environment=environment,
        app=BOOTSTRAP,
        bootstrap=True,
        origin="foreign" if header is None else "synthesised",
        doubts=document.doubts,
    )


def manifests_of(file: File, document: Document, inside: tuple[str, ...], environment: str) -> Iterator[Manifest]:
    if file.parts[-1].endswith(".json"):
        _refuse_other_than_json(file.text)
    app = inside[0] if len(inside) > 1 else ""
    for body, base in _objects(document.body, "", document.line):
        yield Manifest(
            ref=ref_of(body),
            api_version=str(body["apiVersion"]),
            body=body,
            file=file.shown,
            index=document.index,
            base=base,
            header=file.header,
            environment=environment,
            app=app,
            bootstrap=app == BOOTSTRAP,
            origin=_origin(file, body),
            doubts=below(document.doubts, base),
        )


def patches_of(file: File, document: Document, environment: str) -> Iterator[Manifest]:
    """The parts of objects in a document of a patch, as far as they say which kind they change; operations on JSON do not."""
    body = document.body
    if isinstance(body, dict) and all(isinstance(body.get(key), str) and body[key] for key in ("apiVersion", "kind")):
        yield Manifest(
            ref=ref_of(body),
            api_version=str(body["apiVersion"]),
            body=body,
            file=file.shown,
            index=document.index,
            environment=environment,
            doubts=document.doubts,
        )


def _refuse_other_than_json(text: str) -> None:
    """Refuse what kubectl would read as YAML: Argo CD reads a file with this ending as JSON and nothing else.

    https://github.com/argoproj/argo-cd/blob/master/reposerver/repository/repository.go
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as broken:
        raise NotAnObject(broken.lineno, f"not JSON: {broken.msg}") from None
    except (ValueError, RecursionError):
        return


def _origin(file: File, body: dict[str, Json]) -> Origin:
    """Who wrote an object: crema, Helm (its labels or its comment say so), or somebody else."""
    if file.header is not None:
        return "synthesised"
    metadata = body.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    by_helm = isinstance(labels, dict) and ("helm.sh/chart" in labels or labels.get("app.kubernetes.io/managed-by") == "Helm")
    return "rendered" if by_helm or _RENDERED.match(file.text) else "foreign"


def _objects(body: Json, base: str, line: int) -> Iterator[tuple[dict[str, Json], str]]:
    """The object of a document, or the objects of its List: kubectl and Argo CD apply each item by itself."""
    if not isinstance(body, dict):
        raise NotAnObject(line, "not an object: the top of the document is not a mapping")
    for key in ("apiVersion", "kind"):
        if not isinstance(body.get(key), str) or not body[key]:
            instead = meant(key, body)
            hint = f"; did you write {instead} for it?" if instead else ""
            raise NotAnObject(line, f"not an object: {base}/{key} is missing or not text{hint}")
    items = body.get("items")
    if body["kind"] == "List" and items is None:
        if "items" not in body and (instead := meant("items", body)):
            raise NotAnObject(line, f"a List without items; did you write {instead} for it?")
        return
    if body["kind"] == "List" and not isinstance(items, list):
        raise NotAnObject(line, f"{base}/items is not a list")
    if str(body["kind"]).endswith("List") and isinstance(items, list) and "spec" not in body:
        for position, item in enumerate(items):
            yield from _objects(item, f"{base}/items/{position}", line)
    else:
        yield body, base
