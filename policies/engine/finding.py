"""What a policy may say of a target: a finding, that it could not decide, or that it could not check."""

from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.model.manifest import Manifest

Severity = Literal["error", "warning", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another place that belongs to a finding, with what it has to do with it ("also default")."""

    manifest: Manifest
    pointer: str
    note: str
    inner: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation of one policy at one place.

    `message` has the actual value; `fix` is an imperative; `path` is the path that breaks, hop by hop. `hints` are
    words that stand in the chart near the line to edit (a datasource's uid, an alert's name), outermost first: they
    only help to find the Python line. `pointer` and `inner` are those of a node. `subject` tells findings of one policy
    at one place apart (the alert that is missing) and is part of the fingerprint: a name, never a value that may change.
    `veiled`: the line at that place holds a secret, so that no report may quote it.
    """

    policy: str
    severity: Severity
    message: str
    fix: str
    manifest: Manifest
    pointer: str
    inner: str = ""
    path: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    hints: tuple[str, ...] = ()
    subject: str = ""
    veiled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A law that could not be decided, because manifests cannot say the fact that it needs."""

    policy: str
    manifest: Manifest
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """Something a policy should have looked into and could not (no schema for a kind, no contract for a chart)."""

    policy: str
    manifest: Manifest
    why: str


Outcome = Finding | Undecided | Unchecked


def finding_order(finding: Finding) -> tuple[str, str, int, str, str, str, str]:
    """The one order of findings: environment, file, document, place in it, policy, message."""
    manifest = finding.manifest
    place = (manifest.environment, manifest.file, manifest.index, manifest.base)
    return (*place, finding.pointer + finding.inner, finding.policy, finding.message)
