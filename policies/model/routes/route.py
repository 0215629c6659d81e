"""A route: requests to a path of a host, the Service that gets them, and what is done to their path on the way."""

from dataclasses import dataclass

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import Rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A Service as a route names it. `port` is text: a number, a name, or empty."""

    namespace: str
    name: str
    port: str = ""

    def __str__(self) -> str:
        """`Service shop/order:80`, as paths in reports write it."""
        return f"Service {self.namespace}/{self.name}" + (f":{self.port}" if self.port else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`path` is the text every request of this route begins with, all of it if `exact`; `pattern` the regex it must match
    too, or empty.

    `rewrites` stand in the order in which the controller applies them. host: the first of `hosts`; empty for every host. written, kind:
    the path and its type as the object has them. family: which controllers read an Ingress, by its class; empty when that does not tell.
    to: where the Service is named. answered: no Service is asked, the controller answers by itself (a redirect, a fixed response).
    """

    node: Node
    host: str
    path: str
    backend: Backend
    rewrites: tuple[Rewrite, ...] = ()
    pattern: str = ""
    exact: bool = False
    hosts: tuple[str, ...] = ()
    written: str = ""
    kind: str = ""
    family: str = ""
    to: Node | None = None
    answered: bool = False

    def __str__(self) -> str:
        """The object and the path, as reports name the route."""
        return f"{self.node.manifest} path {self.path}"

    @property
    def manifest(self) -> Manifest:
        """The object that routes."""
        return self.node.manifest

    @property
    def place(self) -> Node:
        """Where its path is written; the whole of what makes it where there is none."""
        path = self.node.get("path")
        return (path.get("value") if path is not None and isinstance(path.value, dict) else path) or self.node

    @property
    def url(self) -> str:
        """What a person would type to come here."""
        return f"http://{self.host}{self.written or self.path}" if self.host else self.written or self.path

    @property
    def hops(self) -> tuple[str, str]:
        """The first two hops of a path: the URL and the object that routes it."""
        ref = self.manifest.ref
        return self.url, f"{ref.kind} {ref.namespace}/{ref.name}" if ref.namespace else f"{ref.kind} {ref.name}"
