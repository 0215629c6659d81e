"""Which kinds belong to a namespace, which to the cluster, and which Kubernetes itself knows.

https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#not-all-objects-are-in-a-namespace
"""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.whole import whole
from crema.policies.model.world import World

BUILT_IN: Final = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""The API groups that every cluster serves."""

_OF_THE_CLUSTER: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"ComponentStatus", "Namespace", "Node", "PersistentVolume"}),
    "admissionregistration.k8s.io": frozenset(
        {
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        }
    ),
    "apiextensions.k8s.io": frozenset({"CustomResourceDefinition"}),
    "apiregistration.k8s.io": frozenset({"APIService"}),
    "cert-manager.io": frozenset({"ClusterIssuer"}),
    "certificates.k8s.io": frozenset({"CertificateSigningRequest", "ClusterTrustBundle"}),
    "external-secrets.io": frozenset({"ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"}),
    "flowcontrol.apiserver.k8s.io": frozenset({"FlowSchema", "PriorityLevelConfiguration"}),
    "gateway.networking.k8s.io": frozenset({"GatewayClass"}),
    "generators.external-secrets.io": frozenset({"ClusterGenerator"}),
    "karpenter.k8s.aws": frozenset({"EC2NodeClass"}),
    "karpenter.sh": frozenset({"NodeClaim", "NodePool"}),
    "networking.k8s.io": frozenset({"IPAddress", "IngressClass", "ServiceCIDR"}),
    "node.k8s.io": frozenset({"RuntimeClass"}),
    "policy": frozenset({"PodSecurityPolicy"}),
    "rbac.authorization.k8s.io": frozenset({"ClusterRole", "ClusterRoleBinding"}),
    "resource.k8s.io": frozenset({"DeviceClass", "DeviceTaintRule", "ResourceSlice"}),
    "scheduling.k8s.io": frozenset({"PriorityClass"}),
    "snapshot.storage.k8s.io": frozenset({"VolumeSnapshotClass", "VolumeSnapshotContent"}),
    "storage.k8s.io": frozenset({"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"}),
    "storagemigration.k8s.io": frozenset({"StorageVersionMigration"}),
}
_OTHERWISE_NAMESPACED: Final = frozenset(
    {
        "argoproj.io",
        "cert-manager.io",
        "external-secrets.io",
        "gateway.networking.k8s.io",
        "generators.external-secrets.io",
        "monitoring.coreos.com",
        "traefik.io",
    }
)
_CLUSTER_WORD: Final = "Cluster"


def is_namespaced(world: World, ref: Ref) -> bool | None:
    """Whether objects of this kind belong to a namespace; None where nothing says it."""
    if ref.kind in _OF_THE_CLUSTER.get(ref.group, frozenset()):
        return False
    if ref.group in BUILT_IN:
        return True
    defined = whole(world).world.derived(_defined).get((ref.group, ref.kind))
    if defined is not None:
        return defined
    if ref.group in _OTHERWISE_NAMESPACED and not ref.kind.startswith(_CLUSTER_WORD):
        return True
    return None


def group_kind(ref: Ref) -> str:
    """A kind with its group, as kubectl writes it: `Deployment.apps`."""
    return f"{ref.kind}.{ref.group}" if ref.group else ref.kind


def defines(manifest: Manifest) -> tuple[str, str] | None:
    """The group and kind that a CustomResourceDefinition defines; None for anything else."""
    spec = manifest.body.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    if manifest.ref.group != "apiextensions.k8s.io" or manifest.ref.kind != "CustomResourceDefinition":
        return None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return None
    return str(spec.get("group")), str(names.get("kind"))


def _defined(world: World) -> Mapping[tuple[str, str], bool]:
    """Group and kind → whether it is namespaced, of every definition that says so."""
    found: dict[tuple[str, str], bool] = {}
    for manifest in world.of("apiextensions.k8s.io", "CustomResourceDefinition"):
        kind, spec = defines(manifest), manifest.body.get("spec")
        scope = spec.get("scope") if isinstance(spec, dict) else None
        if kind is not None and scope in {"Namespaced", "Cluster"}:
            found[kind] = scope == "Namespaced"
    return found
