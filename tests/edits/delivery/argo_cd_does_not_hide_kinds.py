"""Edits that delivery-argo-cd-does-not-hide-kinds finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _filtered(body: Body, key: str, text: str) -> bool:
    cm = at(values_of(body, "argo-cd") or {}, "configs", "cm")
    return bool(cm) and not cm.update({f"resource.{key}": text})


EDITS = (
    Edit(
        name="NetworkPolicies are left out",
        kinds=("Application",),
        change=lambda body: _filtered(body, "exclusions", "- apiGroups: [networking.k8s.io]\n  kinds: [NetworkPolicy]\n"),
        said="resource.exclusions hides NetworkPolicy",
        everywhere=True,
    ),
    Edit(
        name="only workloads are taken in",
        kinds=("Application",),
        change=lambda body: _filtered(body, "inclusions", '- apiGroups: [apps, ""]\n  kinds: ["*"]\n'),
        said="resource.inclusions does not have Ingress",
        everywhere=True,
    ),
)
