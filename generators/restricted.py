"""What the pod security level `restricted` asks of a pod and of its containers, and a read-only root besides.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from typing import Any


def pod_security(user: int) -> dict[str, Any]:
    """A pod's `securityContext`: everything in it runs as this user, who also owns its volumes."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> dict[str, Any]:
    """A container's `securityContext`."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
