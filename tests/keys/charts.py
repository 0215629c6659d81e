"""Small charts, written as text."""

from pathlib import Path
from textwrap import dedent

from tools.charts.evaluate import Evaluation
from tools.charts.reads import Tree
from tools.charts.source import read_chart


def write_chart(folder: Path, files: dict[str, str], *, name: str = "shop") -> Path:
    """A chart directory with these files; a name without a folder is a template."""
    about = f"apiVersion: v2\nname: {name}\nversion: 1.2.3\n"
    for path, text in {"Chart.yaml": about, **files}.items():
        file = folder / (path if "/" in path or path in {"Chart.yaml", "values.yaml", "values.schema.json"} else f"templates/{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return folder


def followed(folder: Path, files: dict[str, str]) -> Evaluation:
    """The evaluation of a chart with these files."""
    evaluation = Evaluation(read_chart(write_chart(folder, files)))
    evaluation.run()
    return evaluation


def read_by(folder: Path, template: str, values: str = "{}", **more: str) -> Tree:
    """The keys that one template reads, with these default values and further files."""
    files = {"values.yaml": values, "shop.yaml": template} | {name.replace("__", "."): text for name, text in more.items()}
    return followed(folder, files).reads.tree()
