"""Releases of charts, as Applications install them."""

from typing import Any

from crema.policies.model.helm import Release, releases
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.world import world_of


def release_of(chart: str, version: str, *, name: str, namespace: str, values: dict[str, Any] | None = None) -> Release:
    """The release of an Application with these values."""
    helm = {"releaseName": name, "valuesObject": values or {}}
    body: dict[str, Any] = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace},
            "source": {"repoURL": "https://example.com", "chart": chart, "targetRevision": version, "helm": helm},
        },
    }
    manifest = Manifest(ref=ref_of(body), api_version=body["apiVersion"], body=body, file="application.yaml")
    (found,) = releases(world_of([manifest]))
    return found
