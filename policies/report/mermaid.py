"""A drawing of paths as Mermaid's text, which GitHub shows as a picture.

https://mermaid.js.org/syntax/flowchart.html
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from crema.policies.model.map.drawing import Drawing, Point, Step

_SHAPES: Final = {
    "URL": '(["{}"])',
    "port": '(["{}"])',
    "commit": '(["{}"])',
    "Service": '("{}")',
    "PersistentVolumeClaim": '[("{}")]',
    "missing": '{{{{"{}"}}}}',
}
_OTHER: Final = '["{}"]'


def mermaid(drawings: Sequence[Drawing]) -> str:
    """One flowchart, with a part for each environment where there are several. What is broken is drawn with a dotted line."""
    lines = ["flowchart LR"]
    for number, drawing in enumerate(drawings):
        if len(drawings) == 1:
            lines += _body(drawing, "")
        else:
            lines += _part(f"e{number}", drawing.environment or "(no name)", _body(drawing, f"e{number}"))
    if any(step.broken for drawing in drawings for step in drawing.steps):
        lines.append("  classDef missing stroke:#c00,stroke-dasharray:4")
    return "\n".join(lines) + "\n"


def _body(drawing: Drawing, prefix: str) -> Iterator[str]:
    """Requests in one part, commits in another: no point is in both."""
    names = {point.id: f"{prefix}n{number}" for number, point in enumerate(drawing.points)}
    delivered = {end for step in drawing.steps if step.path == "delivery" for end in (step.start, step.end)}
    for title, inside in (("requests", False), ("commits", True)):
        points = [f"  {names[point.id]}{_shape(point)}" for point in drawing.points if (point.id in delivered) is inside]
        if points:
            yield from _part(f"{prefix}{title}", title, points)
    for step in drawing.steps:
        yield f"  {names[step.start]} {_arrow(step)} {names[step.end]}"


def _part(name: str, title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f'  subgraph {name}["{_escaped(title)}"]'
    yield from (f"  {line}" for line in lines)
    yield "  end"


def _shape(point: Point) -> str:
    text = "<br/>".join(_escaped(line) for line in point.text)
    return _SHAPES.get(point.kind, _OTHER).format(text) + (":::missing" if point.kind == "missing" else "")


def _arrow(step: Step) -> str:
    text = _escaped(": ".join(part for part in (step.text, step.broken) if part))
    line = "-.->" if step.broken else "-->"
    return f'{line}|"{text}"|' if text else line


def _escaped(text: str) -> str:
    """Text in which nothing means anything to Mermaid. Its own escapes are numbers between # and ;."""
    return "".join(f"#{ord(letter)};" if letter in '"#<>&`|\\' else letter for letter in text if letter.isprintable())
