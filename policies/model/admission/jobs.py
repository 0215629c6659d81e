"""Jobs and CronJobs."""

import re
from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DOMAIN_PATH, QUALIFIED, is_qualified
from crema.policies.model.admission.labels import selector
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, text, twice, wrong
from crema.policies.model.admission.schedules import schedule, time_zone
from crema.policies.model.admission.workloads import counts
from crema.policies.model.values import Json

_COUNTS: Final = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex"),
    "maxFailedIndexes",
)
_OF_CRON: Final = ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_INDEXES: Final = re.compile(r"[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*")
_MANY: Final = 100_000


def cron_job(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a CronJob."""
    yield from schedule(spec)
    yield from time_zone(spec)
    yield from counts(spec, _OF_CRON)
    yield from below(("jobTemplate", "spec"), job(mapping(mapping(spec.get("jobTemplate")).get("spec")), of_cron=True))


def job(spec: Mapping[str, Json], *, of_cron: bool = False) -> Refusals:
    """What is wrong with the specification of a Job."""
    yield from counts(spec, _COUNTS)
    mode = spec.get("completionMode")
    if mode not in (None, "NonIndexed", "Indexed"):
        yield wrong("completionMode", mode, "NonIndexed or Indexed")
    elif mode == "Indexed":
        yield from _indexed(spec)
    else:
        for field in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if spec.get(field) is not None:
                yield Refusal(
                    (field,),
                    "is given, and only a Job with completionMode: Indexed may have it",
                    "write completionMode: Indexed and completions",
                )
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        yield Refusal(("maxFailedIndexes",), "is given without backoffLimitPerIndex; it is required beside it")
    by = spec.get("managedBy")
    if isinstance(by, str) and (not DOMAIN_PATH.fits(by) or len(by) > 63):
        yield wrong("managedBy", by, DOMAIN_PATH.words)
    policy, replaced = spec.get("podFailurePolicy"), spec.get("podReplacementPolicy")
    if replaced not in (None, "TerminatingOrFailed", "Failed"):
        yield wrong("podReplacementPolicy", replaced, "TerminatingOrFailed or Failed")
    elif policy is not None and replaced == "TerminatingOrFailed":
        yield wrong("podReplacementPolicy", replaced, "Failed beside a podFailurePolicy")
    if policy is not None:
        yield from below("podFailurePolicy", _failure(spec, mapping(policy)))
    yield from _selected(spec, of_cron=of_cron)


def _selected(spec: Mapping[str, Json], *, of_cron: bool) -> Refusals:
    manual = spec.get("manualSelector") is True
    if manual and of_cron:
        said = "is true; each Job of a CronJob needs a selector of its own, which the server makes"
        yield Refusal(("manualSelector",), said, "leave manualSelector out")
    elif manual and spec.get("selector") is None:
        yield lacks("selector", "manualSelector: true says that it is given")
    elif spec.get("selector") is not None and not manual:
        said = "is given; the server makes a Job's selector, unless manualSelector: true says that it is unique"
        yield Refusal(("selector",), said, "leave the selector out")
    yield from below("selector", selector(spec.get("selector")))


def _indexed(spec: Mapping[str, Json]) -> Refusals:
    completions, parallel = number(spec.get("completions")), number(spec.get("parallelism"))
    failed = number(spec.get("maxFailedIndexes"))
    if spec.get("completions") is None:
        yield lacks("completions", "a Job with completionMode: Indexed says how many indexes it has")
    if parallel is not None and parallel > _MANY:
        yield wrong("parallelism", parallel, f"at most {_MANY} for an Indexed Job")
    if failed is not None and failed > (completions if completions is not None else _MANY):
        yield wrong("maxFailedIndexes", failed, f"at most {completions}, the completions,")
    elif failed is not None and failed > _MANY:
        yield wrong("maxFailedIndexes", failed, f"at most {_MANY}")
    if (completions or 0) > _MANY and spec.get("backoffLimitPerIndex") is not None:
        if failed is None:
            yield lacks("maxFailedIndexes", f"it is required beside backoffLimitPerIndex where completions are more than {_MANY}")
        for field, value in (("parallelism", parallel), ("maxFailedIndexes", failed)):
            if value is not None and value > 10_000:
                yield wrong(field, value, f"at most 10000 where completions are more than {_MANY}")
    if spec.get("successPolicy") is not None:
        rules = mapping(spec.get("successPolicy")).get("rules")
        if not rules:
            yield Refusal(("successPolicy",), "has no rules; at least one is required")
        for index, rule in items(rules):
            yield from below(("successPolicy", "rules", index), _success(rule, completions))


def _success(rule: Mapping[str, Json], completions: int | None) -> Refusals:
    indexes, count = rule.get("succeededIndexes"), number(rule.get("succeededCount"))
    if indexes is None and rule.get("succeededCount") is None:
        yield Refusal((), "has neither succeededCount nor succeededIndexes; one of both is required")
    total = _total(indexes, completions) if isinstance(indexes, str) else None
    if isinstance(indexes, str) and total is None:
        yield wrong("succeededIndexes", indexes, f"a rising list such as 0,2-3 of indexes below {completions}")
    if count is not None and (count < 0 or (completions is not None and count > completions)):
        yield wrong("succeededCount", count, f"0 to {completions}, the completions,")
    elif count is not None and total is not None and count > total:
        yield wrong("succeededCount", count, f"at most {total}, as many as succeededIndexes names,")


def _total(indexes: str, completions: int | None) -> int | None:
    """How many indexes a list names; None if it is none."""
    if not indexes:
        return 0
    if not _INDEXES.fullmatch(indexes):
        return None
    total, last = 0, -1
    for part in indexes.split(","):
        first, _, end = part.partition("-")
        low, high = int(first), int(end or first)
        if low <= last or (end and high <= low) or (completions is not None and high >= completions):
            return None
        total, last = total + high - low + 1, high
    return total


def _failure(spec: Mapping[str, Json], policy: Mapping[str, Json]) -> Refusals:
    pod = mapping(mapping(spec.get("template")).get("spec"))
    names = {text(one.get("name")) for kind in ("containers", "initContainers") for _, one in items(pod.get(kind))}
    if pod.get("restartPolicy") == "OnFailure":
        yield Refusal((), "is given for pods with restartPolicy: OnFailure; Never is required beside it")
    rules = policy.get("rules")
    if isinstance(rules, list) and len(rules) > 20:
        yield Refusal(("rules",), f"has {len(rules)} rules; at most 20 are allowed")
    for index, rule in items(rules):
        here, action = ("rules", index), rule.get("action")
        if action not in _ACTIONS:
            yield wrong((*here, "action"), action, f"one of {', '.join(_ACTIONS)}")
        elif action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            yield wrong((*here, "action"), action, "another action where the Job has no backoffLimitPerIndex")
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
        if bool(codes is not None) == bool(conditions):
            yield Refusal(here, f"has {'both' if conditions else 'neither'} of onExitCodes and onPodConditions; exactly one is required")
        if codes is not None:
            yield from below((*here, "onExitCodes"), _codes(mapping(codes), names))
        for place, one in items(conditions):
            if not is_qualified(text(one.get("type"))):
                yield wrong((*here, "onPodConditions", place, "type"), one.get("type"), QUALIFIED.words)
            if one.get("status") not in (None, "", "True", "False", "Unknown"):
                yield wrong((*here, "onPodConditions", place, "status"), one.get("status"), '"True", "False" or "Unknown"')


def _codes(codes: Mapping[str, Json], names: set[str]) -> Refusals:
    if codes.get("operator") not in ("In", "NotIn"):
        yield wrong("operator", codes.get("operator"), "In or NotIn")
    name = codes.get("containerName")
    if name is not None and text(name) not in names:
        yield wrong("containerName", name, f"a container of the pod ({', '.join(sorted(names))})")
    values = codes.get("values")
    listed = [value for value in values if isinstance(value, int)] if isinstance(values, list) else []
    if not listed or len(listed) > 255:
        yield Refusal(("values",) if values is not None else (), f"has {len(listed)} exit codes; 1 to 255 are required")
    for index, value in enumerate(listed):
        if value == 0 and codes.get("operator") == "In":
            yield wrong(("values", index), 0, "an exit code other than 0 beside the operator In")
        if value in listed[:index]:
            yield Refusal(("values", index), twice(value))
    if listed != sorted(listed):
        yield Refusal(("values",), "is not sorted; rising numbers are required")
