"""The one report of a run, `crema/v1`: every rendering shows this and nothing else.

Its JSON form is described by policies/report/report.schema.json. Paths are below the working directory where they can
be, with forward slashes; lines count from 1.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from crema.policies.engine.finding import SEVERITIES, Severity
from crema.policies.engine.policy import Basis

SCHEMA: Final = "crema/v1"

CLEAN: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
TOO_LITTLE: Final = 3
CRASHED: Final = 4

Status = Literal["open", "waived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The object that something is said of."""

    api_version: str
    kind: str
    namespace: str
    name: str
    environment: str
    app: str
    origin: str

    def __str__(self) -> str:
        """`Ingress/shop/order`, as the ref of a manifest writes it."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestPlace:
    """Where it stands in a manifest. `pointer`: RFC 6901, `#` leads into YAML that is text of the manifest."""

    file: str
    line: int
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlace:
    """The line of Python to change. `exact`: it holds the value; otherwise it is the nearest line that names it. `text`:
    the line, empty where it may hold the value of a Secret.
    """

    file: str
    line: int
    construct: str
    exact: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedPlace:
    """Another place that belongs to a finding, and what it has to do with it."""

    note: str
    resource: Resource
    manifest: ManifestPlace
    source: SourcePlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedBy:
    """The waiver that covers a finding, and where it is written."""

    reason: str
    owner: str
    expires: date
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """One violation of one policy at one place, with everything that a person needs to act on it."""

    policy: str
    severity: Severity
    basis: Basis
    message: str
    fix: str
    status: Status
    resource: Resource
    manifest: ManifestPlace
    source: SourcePlace | None
    path: tuple[str, ...]
    related: tuple[RelatedPlace, ...]
    fingerprint: str
    waiver: WaivedBy | None

    @property
    def help(self) -> str:
        """The command that says more."""
        return f"crema explain {self.policy}"

    @property
    def place(self) -> tuple[str, int]:
        """File and line to change: of the Python source where there is one, else of the manifest."""
        where = self.source or self.manifest
        return where.file, where.line


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedLaw:
    """A law that could not be decided for want of a fact."""

    policy: str
    resource: Resource
    manifest: ManifestPlace
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UncheckedThing:
    """Something that was passed over, and why: a kind without a schema (`policy` names who would have looked), a file that is no
    manifest (`policy` and `resource` empty).
    """

    file: str
    why: str
    policy: str = ""
    resource: Resource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """A document that could not be read."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashedPolicy:
    """A policy that raised: a mistake in the policy, not in what it judged."""

    policy: str
    environment: str
    target: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Fewer targets than the configuration expects. `what`: a policy, or `manifests`; `file`: the configuration."""

    environment: str
    what: str
    expected: int
    found: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that judges, its version where it is known, and whether it ran."""

    name: str
    version: str
    ran: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A policy that ran, for renderings that describe rules, and how many targets it looked at."""

    id: str
    severity: Severity
    basis: Basis
    waivable: bool
    law: str
    why: str
    fix: str
    source: str
    targets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One world that was judged. `targets`: how many each policy looked at there, by its id; a law about something else, such as the
    waivers, has none in any.
    """

    name: str
    closed: bool
    manifests: int
    documents: int
    """Of the repository: workflows, the lock of images, what bootstraps a cluster."""
    targets: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What a comparison left out: the reference it was made with, and how many findings that already had."""

    ref: str
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run. `findings` holds violations only, open and waived; what was not decided, not checked, not read or crashed
    stands beside them. `seconds`: how long each part took, where it was asked for.
    """

    version: str
    as_of: date
    fail_on: Severity
    strict: bool
    environments: tuple[Environment, ...]
    rules: tuple[Rule, ...]
    findings: tuple[ReportedFinding, ...]
    undecided: tuple[UndecidedLaw, ...] = ()
    unchecked: tuple[UncheckedThing, ...] = ()
    unreadable: tuple[UnreadableFile, ...] = ()
    crashed: tuple[CrashedPolicy, ...] = ()
    too_little: tuple[Shortfall, ...] = ()
    tools: tuple[Tool, ...] = ()
    since: Since | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def manifests(self) -> int:
        """How many manifests were judged."""
        return sum(environment.manifests for environment in self.environments)

    @property
    def vacuous(self) -> bool:
        """Whether nothing at all was found to judge."""
        return not any(environment.manifests or environment.documents for environment in self.environments)

    @property
    def open(self) -> tuple[ReportedFinding, ...]:
        """The findings that no waiver covers."""
        return tuple(finding for finding in self.findings if finding.status == "open")

    @property
    def waived(self) -> tuple[ReportedFinding, ...]:
        """The findings that a waiver covers."""
        return tuple(finding for finding in self.findings if finding.status == "waived")

    @property
    def next_expiry(self) -> date | None:
        """The day on which the first of the waivers in use ends."""
        return min((finding.waiver.expires for finding in self.findings if finding.waiver is not None), default=None)

    @property
    def failing(self) -> tuple[Severity, ...]:
        """The severities of findings that fail the run."""
        return SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]

    @property
    def exit_code(self) -> int:
        """4 a policy crashed, 3 too little was checked, 1 findings at or above `fail_on`, else 0: the first that applies."""
        if self.crashed:
            return CRASHED
        if self.vacuous or self.unreadable or self.too_little or (self.strict and (self.undecided or self.unchecked)):
            return TOO_LITTLE
        return FINDINGS if any(finding.severity in self.failing for finding in self.open) else CLEAN
