"""The policy delivery-chart-version-is-pinned."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, Source, applications
from crema.policies.model.world import World

_VERSION: Final = re.compile(r"v?\d+(\.\d+){0,2}([-+][0-9A-Za-z.+\-]+)?")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_FLOATING: Final = frozenset({"latest", "HEAD", "main", "master", "stable", "edge", "nightly"})


def _application(source: str) -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: loki, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: monitoring}}
          source: {{{source}}}
    """


def _chart(version: str) -> str:
    return _application(f"repoURL: https://charts.example.com, chart: loki, targetRevision: {version}")


_AT = "Application/argocd/loki"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart that an Application installs."""

    application: Application
    source: Source

    def __str__(self) -> str:
        """The Application and the chart."""
        return f"{self.application} ({self.source.chart or self.source.repository})"


class ChartVersionIsPinned(Policy[Chart]):
    """An Application names exactly one version of a chart.

    Why: a range or a floating tag takes whatever was published last: the platform changes without a commit, at a time of its own, and no
    commit takes it back. Without any version Argo CD refuses the Application.
    Fix: write the one version that was tested, such as 18.11.0.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/#helm
    """

    id = "delivery-chart-version-is-pinned"
    basis = "breaks"
    allowed = (
        Example(name="one version", manifests=_chart("18.11.0")),
        Example(name="a version with a v, and one before a release", manifests=_chart("v1.9.0-rc.1")),
        Example(
            name="a tag and a digest",
            manifests=_application(f"repoURL: oci://r.example.com/loki, path: ., targetRevision: 'sha256:{'a' * 64}'"),
        ),
        Example(
            name="a branch of git is no version of a chart",
            manifests=_application("repoURL: https://git.example.com/platform, path: charts/loki, targetRevision: HEAD"),
        ),
    )
    denied = (
        Denied(
            name="a range",
            manifests=_chart("18.x"),
            at=_AT,
            pointer="/spec/source/targetRevision",
            message="targetRevision 18.x of chart loki is no one version: what is installed changes without a commit",
        ),
        Denied(
            name="a caret",
            manifests=_chart("^18.11.0"),
            at=_AT,
            pointer="/spec/source/targetRevision",
            message="targetRevision ^18.11.0 of chart loki is no one version: what is installed changes without a commit",
        ),
        Denied(
            name="everything",
            manifests=_chart("'*'"),
            at=_AT,
            pointer="/spec/source/targetRevision",
            message="targetRevision * of chart loki is no one version: what is installed changes without a commit",
        ),
        Denied(
            name="none",
            manifests=_application("repoURL: https://charts.example.com, chart: loki"),
            at=_AT,
            pointer="/spec/source/chart",
            message="chart loki has no targetRevision, so Argo CD refuses the Application (InvalidSpecError)",
        ),
        Denied(
            name="a tag that moves",
            manifests=_application("repoURL: oci://r.example.com/loki, path: ., targetRevision: latest"),
            at=_AT,
            pointer="/spec/source/targetRevision",
            message="targetRevision latest of oci://r.example.com/loki is no one version: what is installed changes without a commit",
        ),
    )

    def targets(self, world: World) -> Iterable[Chart]:
        """Every chart of every Application."""
        for application in applications(world):
            for source in application.sources:
                if source.is_chart:
                    yield Chart(application=application, source=source)

    def judge(self, world: World, target: Chart) -> Iterator[Outcome]:
        """The version, as Argo CD reads it: what is no version is a range, or a tag."""
        del world
        source = target.source
        if not source.known:
            return
        name = f"chart {source.chart}" if source.chart else source.repository
        version = source.revision
        if not version:
            what = f"{name} has no targetRevision, so Argo CD refuses the Application (InvalidSpecError)"
            if not source.chart:
                what = f"{name} has no targetRevision, so whatever was pushed last is installed"
            yield self.finding(source.node.get("chart") or source.node.get("repoURL") or source.node, what)
        elif not _is_one(version, source):
            what = f"targetRevision {version} of {name} is no one version: what is installed changes without a commit"
            yield self.finding(source.node.get("targetRevision") or source.node, what)


def _is_one(version: str, source: Source) -> bool:
    if _VERSION.fullmatch(version) or _DIGEST.fullmatch(version):
        return True
    # A tag of a registry may have any form; those of charts are versions, or ranges of them.
    return not source.chart and version not in _FLOATING and re.fullmatch(r"[A-Za-z0-9_][\w.\-]*", version) is not None
