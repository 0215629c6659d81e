"""Namespaces with their pod-security level."""

from dataclasses import dataclass
from typing import Literal

from constructs import Construct

from crema.generators.checks import DnsLabel
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Spec

# Argo CD leaves such an object alone when it vanishes from git and when its Application is deleted.
# https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
KEEP = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceSpec(Spec):
    """A namespace.

    Args:
        name: its name.
        pod_security: the level its pods are held to (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
        holds_data: deleting it would delete data; Argo CD then never prunes or deletes it.

    """

    name: DnsLabel
    pod_security: Literal["privileged", "baseline", "restricted"] = "restricted"
    holds_data: bool = False


def build(spec: NamespaceSpec) -> tuple[Manifest, ...]:
    """One Namespace."""
    levels = {f"pod-security.kubernetes.io/{mode}": spec.pod_security for mode in ("enforce", "warn")}
    return (
        Manifest(
            api_version="v1",
            kind="Namespace",
            name=spec.name,
            labels={"app.kubernetes.io/managed-by": "crema", **levels},
            annotations=KEEP if spec.holds_data else {},
        ),
    )


class Namespace(Part[NamespaceSpec]):
    """A namespace in a chart that has no namespace of its own."""

    def __init__(self, scope: Construct, id: str, spec: NamespaceSpec) -> None:
        """Add the Namespace to `scope`."""
        super().__init__(scope, id, spec, build)
