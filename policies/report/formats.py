"""The forms in which a report can be had. Each is a module with `render(report) -> str`, loaded when it is asked for."""

from importlib import import_module
from typing import Final

from crema.policies.report.report import Report

FORMATS: Final = {
    "text": "text",
    "json": "as_json",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "markdown": "markdown",
}
"""Name of a format → the module that renders it."""


def render(name: str, report: Report) -> str:
    """A report in one of the FORMATS. The same report gives the same text."""
    rendered = import_module(f"crema.policies.report.{FORMATS[name]}").render(report)
    assert isinstance(rendered, str)
    return rendered
