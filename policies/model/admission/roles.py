"""Roles and bindings."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_SUBDOMAIN, PATH_SEGMENT, misfit
from crema.policies.model.admission.labels import selector
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, text, wrong
from crema.policies.model.values import Json

_GROUP: Final = "rbac.authorization.k8s.io"


def role(kind: str, body: Mapping[str, Json]) -> Refusals:
    """What is wrong with the rules of a Role or a ClusterRole."""
    for index, rule in items(body.get("rules")):
        yield from below(("rules", index), _rule(kind, rule))
    if body.get("aggregationRule") is not None:
        chosen = mapping(body.get("aggregationRule")).get("clusterRoleSelectors")
        if not chosen:
            yield lacks("clusterRoleSelectors", "at least one is required", ("aggregationRule",))
        for index, one in items(chosen):
            yield from below(("aggregationRule", "clusterRoleSelectors", index), selector(one))


def binding(kind: str, body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a RoleBinding or a ClusterRoleBinding."""
    ref = mapping(body.get("roleRef"))
    allowed = ("ClusterRole",) if kind == "ClusterRoleBinding" else ("Role", "ClusterRole")
    if ref.get("apiGroup") not in (None, "", _GROUP):
        yield wrong(("roleRef", "apiGroup"), ref.get("apiGroup"), _GROUP)
    if ref.get("kind") not in allowed:
        fix = "bind a ClusterRole, or make it a RoleBinding" if ref.get("kind") == "Role" else ""
        yield wrong(("roleRef", "kind"), ref.get("kind"), f"{' or '.join(allowed)} in a {kind}", fix)
    yield from below("roleRef", misfit(ref, "name", PATH_SEGMENT, required=True))
    for index, subject in items(body.get("subjects")):
        yield from below(("subjects", index), _subject(kind, subject))


def _rule(kind: str, rule: Mapping[str, Json]) -> Refusals:
    if not rule.get("verbs"):
        given = "verbs" in rule
        yield Refusal(("verbs",), "is empty; at least one is required") if given else lacks("verbs", "at least one is required")
    if rule.get("nonResourceURLs"):
        if kind == "Role":
            yield Refusal(("nonResourceURLs",), "is given in a Role, which rules over one namespace only", "make it a ClusterRole")
        for field in ("apiGroups", "resources", "resourceNames"):
            if rule.get(field):
                yield Refusal(("nonResourceURLs",), f"stands beside {field}; a rule is for resources or for URLs", "make two rules of them")
                break
        return
    for field, fix in (("apiGroups", 'write apiGroups: [""] for pods, Services and the like'), ("resources", "")):
        if not rule.get(field):
            way = (field,) if rule.get(field) == [] else ()
            yield Refusal(way, f"is {'empty' if way else 'missing'}; at least one is required", fix, "" if way else field)


def _subject(kind: str, subject: Mapping[str, Json]) -> Refusals:
    who, group, name = subject.get("kind"), text(subject.get("apiGroup")), text(subject.get("name"))
    if not name:
        yield lacks("name") if subject.get("name") is None else wrong("name", "", "a name")
    if who == "ServiceAccount":
        if name and not DNS_SUBDOMAIN.fits(name):
            yield wrong("name", name, DNS_SUBDOMAIN.words)
        if group:
            yield wrong("apiGroup", group, "no apiGroup for a ServiceAccount", "leave apiGroup out")
        if kind == "ClusterRoleBinding" and not subject.get("namespace"):
            yield lacks("namespace", f"the ServiceAccount {name} lives in some namespace")
    elif who in ("User", "Group"):
        if group and group != _GROUP:
            yield wrong("apiGroup", group, _GROUP)
        if subject.get("namespace"):
            return
    else:
        yield wrong("kind", who, "ServiceAccount, User or Group")
