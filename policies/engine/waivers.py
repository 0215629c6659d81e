"""Waivers: recorded, expiring exceptions to findings, in one file that people review. Never annotations in manifests.

Whether a waiver holds on a day is decided here and nowhere else. A waiver that has ended, that nothing needs or that names
something unknown is itself a finding, of the law below.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from crema.policies.engine.finding import Finding, Outcome
from crema.policies.engine.fingerprint import keyed_pointer
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.read import line_in
from crema.policies.model.world import World
from crema.policies.schemas.validate import schema_in

MAX_DAYS: Final = 180
"""How far out a waiver may end, in days from the day of the run."""

SCHEMA_FILE: Final = Path(__file__).parent / "waivers.schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One exception: the policy, the object (`Ingress/shop/order`), the pointer (None: anywhere in it) and the environment (None:
    every one), why, whose it is, and the last day on which it holds.
    """

    policy: str
    ref: str
    pointer: str | None
    environment: str | None
    reason: str
    owner: str
    expires: date
    node: Node

    def __str__(self) -> str:
        """The waiver, as reports name it."""
        return f"the waiver of {self.policy} for {self.ref}"

    def speaks_of(self, finding: Finding) -> bool:
        """Whether this waiver names a finding, whatever the day. A pointer may be written with positions or with keys."""
        manifest = finding.manifest
        if (self.policy, self.ref) != (finding.policy, str(manifest)) or self.environment not in {None, manifest.environment}:
            return False
        plain = finding.pointer + (f"#{finding.inner}" if finding.inner else "")
        return self.pointer is None or self.pointer in {plain, keyed_pointer(manifest, finding.pointer, finding.inner)}

    def holds_on(self, day: date) -> bool:
        """Whether this waiver covers anything on a day: not ended, and not too far out."""
        return day <= self.expires <= day + timedelta(days=MAX_DAYS)


class BrokenWaivers(Exception):
    """The file of waivers cannot be used. Each message names its line."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


class WaiversAreHonest(Policy[Waiver]):
    """Every waiver is in force, is needed, and names a policy and an object that exist.

    Why: an exception that nobody needs any more hides the next mistake of the same kind; one that has ended hides nothing, and its
    owner believes that it does.
    Fix: remove the waiver (`crema waivers prune` removes those that ended or that nothing needs), or renew it with a reason.

    The engine judges this by itself, once every other policy has spoken. A waiver may end at most 180 days out.
    """

    id = "engine-waivers-are-honest"
    basis = "breaks"
    severity = "warning"
    waivable = False
    allowed = ()
    denied = ()

    def targets(self, world: World) -> Iterable[Waiver]:
        """None in a world: waivers are judged by what the other policies said."""
        del world
        return ()

    def judge(self, world: World, target: Waiver) -> Iterator[Outcome]:
        """As above."""
        del world, target
        return iter(())

    def about(self, waiver: Waiver, message: str, fix: str) -> Finding:
        """A finding at a waiver."""
        return self.finding(waiver.node, message, fix=fix, subject=f"{waiver.policy} {waiver.ref} {waiver.pointer} {waiver.environment}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a run knows: every policy there is, those that ran, the objects of the worlds that it read, and whether it
    read all that the project has (a run over a part cannot say that a waiver is not needed).
    """

    policies: Mapping[str, Policy[Any]]
    ran: frozenset[str]
    refs: Mapping[str, frozenset[str]]
    """Environment → the refs in it, as text."""
    whole: bool


def read_waivers(document: Manifest) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises BrokenWaivers naming everything that is wrong with it."""
    broken = [f"{_at(document, one.pointer)}: {one.message}" for one in schema_in(SCHEMA_FILE).violations(document.body)]
    if broken:
        raise BrokenWaivers([message.replace("is not a field of this API", "is not a part of a waiver") for message in broken])
    return tuple(_waiver(node) for node in document.root.items("waivers"))


def sort_out(
    findings: Iterable[Finding], waivers: Sequence[Waiver], known: Known, day: date
) -> tuple[dict[Finding, Waiver], tuple[Finding, ...]]:
    """Which findings are covered, and by what; and the findings about the waivers themselves."""
    by_target: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in waivers:
        by_target.setdefault((waiver.policy, waiver.ref), []).append(waiver)
    covered: dict[Finding, Waiver] = {}
    needed: set[int] = set()
    for finding in findings:
        speaking = [one for one in by_target.get((finding.policy, str(finding.manifest)), ()) if one.speaks_of(finding)]
        needed.update(id(waiver) for waiver in speaking)
        holding = [waiver for waiver in speaking if waiver.holds_on(day) and _may_be_waived(waiver, known)]
        if holding:
            covered[finding] = max(holding, key=lambda waiver: waiver.expires)
    said = [about for waiver in waivers if (about := _about(waiver, known, day, needed=id(waiver) in needed)) is not None]
    return covered, tuple(said)


def is_spent(waiver: Waiver, known: Known, day: date, *, needed: bool) -> bool:
    """Whether nothing is lost when the waiver is removed: it has ended, or nothing needs it."""
    return waiver.expires < day or (not needed and _would_be_seen(waiver, known))


def _about(waiver: Waiver, known: Known, day: date, *, needed: bool) -> Finding | None:
    """What is wrong with a waiver, if anything: the first thing that a person must know."""
    law = WaiversAreHonest()
    wrong = _unknown(law, waiver, known) or _out_of_time(law, waiver, day)
    if wrong is not None or not known.whole:
        return wrong
    lost = _lost(law, waiver, known)
    if lost is None and not needed and _would_be_seen(waiver, known):
        return law.about(waiver, f"nothing needs {waiver}", "remove it, or run `crema waivers prune`")
    return lost


def _unknown(law: WaiversAreHonest, waiver: Waiver, known: Known) -> Finding | None:
    """A waiver of a policy that there is not, or that nobody may waive."""
    if waiver.policy not in known.policies:
        return law.about(
            waiver,
            f"there is no policy {waiver.policy}{nearest(waiver.policy, known.policies)}",
            "name the policy as the finding does, or remove the waiver",
        )
    if not known.policies[waiver.policy].waivable:
        return law.about(waiver, f"nobody may waive {waiver.policy}", "remove the waiver and mend what the policy finds")
    return None


def _out_of_time(law: WaiversAreHonest, waiver: Waiver, day: date) -> Finding | None:
    """A waiver that has ended, or that would hold for too long."""
    if waiver.expires < day:
        return law.about(waiver, f"{waiver} ended on {waiver.expires}", "mend what it was for, or renew it with a reason of today")
    if not waiver.holds_on(day):
        latest = day + timedelta(days=MAX_DAYS)
        why = f"{waiver} ends on {waiver.expires}; the latest is {latest}, {MAX_DAYS} days from {day}"
        return law.about(waiver, f"{why}, so it covers nothing", f"let it end on {latest} or before")
    return None


def _lost(law: WaiversAreHonest, waiver: Waiver, known: Known) -> Finding | None:
    """A waiver for an environment or an object that does not exist."""
    if waiver.environment is not None and waiver.environment not in known.refs:
        message = f"there is no environment {waiver.environment}{nearest(waiver.environment, known.refs)}"
        return law.about(waiver, message, "name an environment, or remove the waiver")
    there = {ref for name, refs in known.refs.items() if waiver.environment in {None, name} for ref in refs}
    if waiver.ref not in there:
        alike = [ref for ref in there if ref.partition("/")[0] == waiver.ref.partition("/")[0]]
        return law.about(
            waiver,
            f"there is no {waiver.ref} here{nearest(waiver.ref, alike)}",
            "name the object as the finding does, or remove the waiver",
        )
    return None


def _would_be_seen(waiver: Waiver, known: Known) -> bool:
    return known.whole and waiver.policy in known.ran


def _may_be_waived(waiver: Waiver, known: Known) -> bool:
    return waiver.policy in known.policies and known.policies[waiver.policy].waivable


def _waiver(node: Node) -> Waiver:
    return Waiver(
        policy=str(node.text("policy")),
        ref=str(node.text("ref")),
        pointer=node.text("pointer"),
        environment=node.text("environment"),
        reason=str(node.text("reason")),
        owner=str(node.text("owner")),
        expires=date.fromisoformat(str(node.text("expires"))),
        node=node,
    )


def _at(document: Manifest, pointer: str) -> str:
    return f"{document.file}:{line_in(document, pointer) or 1}"
