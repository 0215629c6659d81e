"""The policy delivery-argo-cd-tracks-by-its-own-label."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.argo_cd import CM, ArgoCD, installations
from crema.policies.model.manifest import Manifest
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_INSTANCE: Final = "app.kubernetes.io/instance"
_BY_LABEL: Final = frozenset({"label", "annotation+label"})
_PLATFORM: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cm, namespace: argocd, labels: {{app.kubernetes.io/part-of: argocd}}}}
    data: {{{data}}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: mysql, namespace: shop, labels: {{{labels}}}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: mysql, namespace: argocd}}
    spec: {{}}
"""
_MYSQL: Final = "app.kubernetes.io/instance: main-db"


def _platform(data: str, labels: str = _MYSQL) -> str:
    return _PLATFORM.format(data=data, labels=labels)


class ArgoCdTracksByItsOwnLabel(Policy[ArgoCD]):
    """The label by which Argo CD tracks what is its own is one that nobody else writes.

    Why: Argo CD writes the name of its Application over the label. One that charts and people set too (app.kubernetes.io/instance) is
    changed on every object, so that what selects by it finds nothing; what carries an Application's name by chance is taken for its own.
    Fix: track by annotation (application.resourceTrackingMethod), or set application.instanceLabelKey to argocd.argoproj.io/instance.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
    """

    id = "delivery-argo-cd-tracks-by-its-own-label"
    basis = "breaks"
    allowed = (
        Example(name="by annotation, which is the default", manifests=_platform(f"application.instanceLabelKey: {_INSTANCE}"), closed=True),
        Example(
            name="by a label of its own",
            manifests=_platform("application.resourceTrackingMethod: label, application.instanceLabelKey: argocd.argoproj.io/instance"),
            closed=True,
        ),
        Example(
            name="a label that says the same",
            manifests=_platform("application.resourceTrackingMethod: label", f"{_INSTANCE}: mysql"),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="by the label that is the default, and that charts set",
            manifests=_platform("application.resourceTrackingMethod: label"),
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/application.resourceTrackingMethod",
            message="Argo CD tracks by the label app.kubernetes.io/instance (application.resourceTrackingMethod is label) and writes its "
            "Application's name over main-db of Service/shop/mysql",
        ),
        Denied(
            name="by annotation and by a label that is set on purpose",
            manifests=_platform("application.resourceTrackingMethod: annotation+label, application.instanceLabelKey: team", "team: sales"),
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/application.instanceLabelKey",
            message="Argo CD tracks by the label team (application.resourceTrackingMethod is annotation+label) and writes its "
            "Application's name over sales of Service/shop/mysql",
        ),
    )

    def targets(self, world: World) -> Iterable[ArgoCD]:
        """Every Argo CD whose configuration is here."""
        return installations(world)

    def judge(self, world: World, target: ArgoCD) -> Iterator[Outcome]:
        """Whether something here carries the label with a value that is no Application's name."""
        method, key = target.get(CM, "application.resourceTrackingMethod"), target.get(CM, "application.instanceLabelKey")
        if method is None or method.value not in _BY_LABEL or not world.of("argoproj.io", "Application"):
            return
        label = key.value if key is not None and key.value else _INSTANCE
        names = world.derived(_applications)
        others = [(each, value) for each, value in world.derived(_labels).get(label, ()) if value not in names]
        if others:
            first, value = others[0]
            more = f" and of {len(others) - 1} more" if len(others) > 1 else ""
            message = f"Argo CD tracks by the label {label} (application.resourceTrackingMethod is {method.value}) and writes its "
            message += f"Application's name over {value} of {first}{more}"
            there = whole(world).place(first.root)
            related = (Related(manifest=there.manifest, pointer=there.pointer, note="carries the label"),)
            place = key.place if key is not None and key.own else method.place
            yield self.finding(place, message, related=related)


def _applications(world: World) -> frozenset[str]:
    return frozenset(manifest.ref.name for manifest in world.of("argoproj.io", "Application"))


def _labels(world: World) -> dict[str, list[tuple[Manifest, str]]]:
    """Every label of what Argo CD applies: who carries it, and with which value."""
    found: dict[str, list[tuple[Manifest, str]]] = {}
    for manifest in whole(world).world.manifests:
        metadata = manifest.body.get("metadata")
        labels = metadata.get("labels") if isinstance(metadata, dict) else None
        for key, value in labels.items() if isinstance(labels, dict) and not manifest.bootstrap else ():
            found.setdefault(key, []).append((manifest, str(value)))
    return found
