"""Which programs judged, and which could have: an engine that did not run is never mistaken for one that found nothing."""

from typing import Final

from crema.policies.report.report import Tool
from crema.policies.schemas.catalog import custom_groups, kubernetes_versions

_ENGINES: Final = ("amtool", "helm", "kubeconform", "promtool")
"""External engines; `crema check` starts no process, so they run in tests and pipelines."""


def tools(version: str) -> tuple[Tool, ...]:
    """What judges in this process, with versions, and the engines that did not run."""
    ours = [Tool(name="crema", version=version, ran=True)]
    ours += [Tool(name="schemas of Kubernetes", version=known, ran=True) for known in kubernetes_versions()]
    ours += [Tool(name=f"schemas of {group}", version="", ran=True) for group in custom_groups()]
    return (*ours, *(Tool(name=name, version="", ran=False) for name in _ENGINES))
