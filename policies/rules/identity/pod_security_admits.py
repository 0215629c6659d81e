"""The policy identity-pod-security-admits."""

import re
from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.pod_security import Judged, Version, violations
from crema.policies.model.references.reference import said
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_ENFORCE = "pod-security.kubernetes.io/enforce"
_WRITTEN_OUT = frozenset({"", "apps", "batch"})
"""Groups whose pods are made as their template says."""
_VERSION = re.compile(r"v?1\.(?P<minor>[0-9]+)")
_SHOP = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: LEVEL}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          securityContext: {POD}
          containers: [{name: order, securityContext: {CONTAINER}}]
          volumes: [VOLUMES]
    ---
"""
_RIGHT_POD = "runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}"
_RIGHT = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}"
_SO = "the API server refuses every pod of Deployment shop/order: namespace shop enforces"


def _shop(level: str, pod: str = _RIGHT_POD, container: str = _RIGHT, volumes: str = "") -> str:
    return _SHOP.replace("LEVEL", level).replace("POD", pod).replace("CONTAINER", container).replace("VOLUMES", volumes)


class PodSecurityAdmits(Policy[PodTemplate]):
    """Every pod meets the Pod Security Standard that its namespace enforces.

    Why: the API server refuses each such pod; the Deployment is taken all the same, stays at zero replicas and shows no pod to look at.
    Fix: give the pod what the standard asks for, or lower the namespace's label for all that runs there
    Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/

    Of pods that a chart brings only what its contract says is judged: host namespaces, host ports and volumes. So is the template in an
    operator's own kind, which the operator completes.
    """

    id = "identity-pod-security-admits"
    basis = "breaks"
    allowed = (
        Example(name="all that restricted asks for", manifests=_shop("restricted", volumes="{name: tmp, emptyDir: {}}")),
        Example(
            name="a capability that restricted lets a container add, and runAsNonRoot at the container",
            manifests=_shop(
                "restricted",
                pod="seccompProfile: {type: Localhost, localhostProfile: a.json}",
                container="runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}",
            ),
        ),
        Example(name="baseline asks for none of it", manifests=_shop("baseline", pod="", container="capabilities: {add: [CHOWN]}")),
        Example(
            name="a part of a pod that an operator completes",
            manifests=_shop("restricted").replace("apps/v1", "monitoring.coreos.com/v1").replace(_RIGHT, ""),
        ),
        Example(name="a namespace that only warns", manifests=_shop("restricted", container="").replace("/enforce:", "/warn:")),
    )
    denied = (
        Denied(
            name="one line is missing for restricted",
            manifests=_shop("restricted", container="capabilities: {drop: [ALL]}"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0",
            message=f"{_SO} restricted, and container order does not set allowPrivilegeEscalation: false",
        ),
        Denied(
            name="root, a capability and a kind of volume that restricted forbids",
            manifests=_shop(
                "restricted",
                pod="runAsNonRoot: true, runAsUser: 0, seccompProfile: {type: RuntimeDefault}",
                container="allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [CHOWN]}",
                volumes="{name: data, nfs: {server: nas, path: /}}",
            ),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/securityContext/runAsUser",
            message=f"{_SO} restricted, and the pod runs as user 0",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/containers/0/securityContext/capabilities/add/0",
                    message=f"{_SO} restricted, and container order adds the capability CHOWN",
                ),
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/volumes/0",
                    message=f"{_SO} restricted, and volume data is of the kind nfs",
                ),
            ),
        ),
        Denied(
            name="a path of the host where baseline is enforced",
            manifests=_shop("baseline", volumes="{name: log, hostPath: {path: /var/log}}"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/volumes/0/hostPath",
            message=f"{_SO} baseline, and volume log is a hostPath",
        ),
    )

    def targets(self, world: World) -> Iterable[PodTemplate]:
        """Every pod of a namespace that is here, those of charts included."""
        return (pod for pod in whole(world).world.pod_templates if _level(world, pod) is not None)

    def judge(self, world: World, target: PodTemplate) -> Iterator[Outcome]:
        """Every check of the level that the namespace enforces."""
        namespace = world.get(_namespace(target))
        if namespace is None:
            return
        level, every = _level(world, target) or "", whole(world)
        brought = every.release(target.manifest) is not None
        as_written = not brought and target.manifest.ref.group in _WRITTEN_OUT
        judged = Judged(spec=target.spec, annotations=_annotations(target), version=_version(world, namespace), whole=as_written)
        for violation in violations(judged, level):
            who = said(target.manifest.ref)
            message = f"the API server refuses every pod of {who}: namespace {namespace.ref.name} enforces {level}, and {violation.said}"
            label = namespace.root.get("metadata", "labels", _ENFORCE) or namespace.root
            related = (Related(manifest=namespace, pointer=label.pointer, note=f"enforces {level}"),)
            yield self.finding(every.place(violation.node), message, related=related, subject=f"{who} {violation.reason}")


def _namespace(pod: PodTemplate) -> Ref:
    return Ref(group="", kind="Namespace", namespace="", name=pod.manifest.ref.namespace)


def _level(world: World, pod: PodTemplate) -> str | None:
    """What the namespace of a pod enforces; None where it is not here. Parts that kustomize changes are judged when they are built."""
    namespace = world.get(_namespace(pod))
    if namespace is None or (pod.manifest.ref.kind, pod.manifest.ref.name) in world.derived(_patched):
        return None
    label = namespace.root.get("metadata", "labels", _ENFORCE)
    return "privileged" if label is None else label.text()


def _patched(world: World) -> frozenset[tuple[str, str]]:
    return frozenset((patch.ref.kind, patch.ref.name) for patch in world.patches)


def _version(world: World, namespace: Manifest) -> Version:
    """The version of the standards: that of the label, else the cluster's."""
    label = namespace.root.text("metadata", "labels", f"{_ENFORCE}-version") or "latest"
    found = _VERSION.fullmatch(label) or _VERSION.match(world.kubernetes_version)
    return (1, int(found["minor"]) if found is not None else 36)


def _annotations(pod: PodTemplate) -> Node | None:
    """The annotations of the pods: they stand beside the `spec` of the template."""
    above = pod.spec.pointer.rpartition("/")[0]
    node: Node | None = pod.manifest.root
    for key in above.split("/")[1:]:
        below = node.items()[int(key)] if node is not None and isinstance(node.value, list) else node.get(key) if node is not None else None
        node = below
    return node.get("metadata", "annotations") if node is not None else None
