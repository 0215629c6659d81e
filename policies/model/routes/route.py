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

    `rewrites` stand in the order in which the controller applies them.
    """

    node: Node
    host: str
    path: str
    backend: Backend
    rewrites: tuple[Rewrite, ...] = ()
    pattern: str = ""
    exact: bool = False

    def __str__(self) -> str:
        """The object and the path, as reports name the route."""
        return f"{self.node.manifest} path {self.path}"

    @property
    def manifest(self) -> Manifest:
        """The object that routes."""
        return self.node.manifest
