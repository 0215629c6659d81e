"""What a drawing consists of: points, and steps from one to the next."""

from dataclasses import dataclass, field
from typing import Literal

from crema.policies.model.manifest import Manifest

Path = Literal["entry", "traffic", "delivery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something that paths lead through. `id` is unique in its environment: a ref, a URL, a port. `text`: what is written into it."""

    id: str
    kind: str
    text: tuple[str, ...]
    manifest: Manifest | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one point to the next, on one of the paths. `text`: by what; `broken`: why nothing arrives, empty where it does."""

    path: Path
    start: str
    end: str
    text: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The paths of one environment. Points in the order in which steps reach them, each once."""

    environment: str
    points: tuple[Point, ...]
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Sketch:
    """A drawing that is being made: points and steps are added once, however often they are met."""

    points: dict[str, Point] = field(default_factory=dict)
    steps: dict[Step, None] = field(default_factory=dict)

    def point(self, id: str, kind: str, *text: str, manifest: Manifest | None = None) -> str:
        """Add a point, unless it is there; its id."""
        self.points.setdefault(id, Point(id=id, kind=kind, text=text or (id,), manifest=manifest))
        return id

    def object(self, manifest: Manifest) -> str:
        """Add the point of an object."""
        ref = manifest.ref
        name = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
        return self.point(str(ref), ref.kind, f"{ref.kind} {name}", manifest=manifest)

    def step(self, path: Path, start: str, end: str, text: str = "", *, broken: str = "") -> None:
        """Add a step, unless it is there."""
        self.steps.setdefault(Step(path=path, start=start, end=end, text=text, broken=broken))
