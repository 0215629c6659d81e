"""Who may do what in Argo CD: the lines of policy.csv, as its enforcer reads them.

https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/
Source: https://github.com/argoproj/argo-cd/blob/v3.5.7/assets/builtin-policy.csv
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.argo_cd import RBAC, ArgoCD, Setting

ADMIN: Final = "role:admin"
READ_ONLY: Final = "role:readonly"
BUILT_IN: Final = frozenset({ADMIN, READ_ONLY})
RESOURCES: Final = frozenset(
    {
        "*",
        "accounts",
        "applications",
        "applicationsets",
        "certificates",
        "clusters",
        "exec",
        "extensions",
        "gpgkeys",
        "logs",
        "projects",
        "repositories",
        "write-repositories",
    }
)
_EFFECTS: Final = frozenset({"allow", "deny"})
_RUNS_ALL: Final = frozenset({"*", "applications", "clusters", "projects", "repositories", "exec"})
_IN_PROJECTS: Final = frozenset({"*", "applications"})
_CHANGES: Final = ("*", "create", "update", "delete", "sync", "override", "action")
_PERMISSION, _GRANT = 6, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a policy. wrong: why Argo CD cannot read it, or what it has no meaning for; empty for a right one."""

    setting: Setting
    number: int
    fields: tuple[str, ...]
    wrong: str = ""

    @property
    def is_permission(self) -> bool:
        """Whether it says what somebody may do."""
        return not self.wrong and self.fields[0] == "p"

    @property
    def is_grant(self) -> bool:
        """Whether it gives somebody a role."""
        return not self.wrong and self.fields[0] == "g"


def lines(argo_cd: ArgoCD) -> tuple[Line, ...]:
    """Every line of every policy of an installation: policy.csv, then the others by name."""
    found = [s for (name, key), s in argo_cd.settings.items() if name == RBAC and key.startswith("policy.") and key.endswith(".csv")]
    return tuple(line for setting in sorted(found, key=lambda each: (each.key != "policy.csv", each.key)) for line in _lines(setting))


def _lines(setting: Setting) -> Iterator[Line]:
    for number, text in enumerate(setting.value.splitlines(), start=1):
        if not text.strip() or text.strip().startswith("#"):
            continue
        fields = tuple(field.strip() for field in next(csv.reader([text.strip()], skipinitialspace=True), []))
        yield Line(setting=setting, number=number, fields=fields, wrong=_wrong(fields))


def _wrong(fields: tuple[str, ...]) -> str:
    kind = fields[0] if fields else ""
    if kind not in {"p", "g"}:
        return f"begins with {kind or 'nothing'}, where p or g is required"
    wanted = _PERMISSION if kind == "p" else _GRANT
    if len(fields) != wanted:
        return f"has {len(fields)} fields, where {wanted} are required"
    if kind == "p" and fields[5] not in _EFFECTS:
        return f"ends in {fields[5]}, where allow or deny is required"
    if kind == "p" and not any(mark in fields[2] for mark in "*?[{") and fields[2] not in RESOURCES:
        return f"speaks of {fields[2]}, which is no resource of Argo CD"
    return ""


def roles_of(policy: tuple[Line, ...], subject: str) -> frozenset[str]:
    """Every role that a subject has, through others too; itself included."""
    found, left = {subject}, [subject]
    while left:
        here = left.pop()
        more = {line.fields[2] for line in policy if line.is_grant and line.fields[1] == here} - found
        more |= ({READ_ONLY} if here == ADMIN else set()) - found
        found |= more
        left += more
    return frozenset(found)


def defined(policy: tuple[Line, ...]) -> frozenset[str]:
    """Every role that exists."""
    return BUILT_IN | {line.fields[1] for line in policy if line.is_permission or line.is_grant}


def everything(policy: tuple[Line, ...], subject: str) -> str:
    """What a subject may change in every project, in words; empty when it is nothing."""
    roles = roles_of(policy, subject)
    if ADMIN in roles:
        return "everything" if subject == ADMIN else f"everything ({subject} has {ADMIN})"
    denied = {line.fields[2:5] for line in policy if line.is_permission and line.fields[1] in roles and line.fields[5] == "deny"}
    for line in policy:
        if not line.is_permission or line.fields[1] not in roles or line.fields[5] != "allow" or line.fields[2:5] in denied:
            continue
        _, _, resource, action, place, _ = line.fields
        scoped = place == "*/*"
        if (scoped or place == "*") and resource in (_IN_PROJECTS if scoped else _RUNS_ALL) and action.split("/")[0] in _CHANGES:
            what = "every Application" if scoped or resource == "applications" else "everything" if resource == "*" else f"all {resource}"
            return what if action == "*" else f"{what} ({action})"
    return ""
