"""The policy delivery-argo-cd-reads-its-config-maps."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.argo_cd import CHART, CM, MAPS
from crema.policies.model.entry.protocols import is_server
from crema.policies.model.helm import releases
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_PART_OF: Final = "app.kubernetes.io/part-of"
_ARGO_CD: Final = "argocd"
_TYPE: Final = "argocd.argoproj.io/secret-type"
_TYPES: Final = ("cluster", "repository", "repo-creds", "repository-write", "repo-write-creds", "scm-creds")
_REPOSITORY: Final = frozenset({"type", "sshPrivateKey", "githubAppID", "githubAppPrivateKey", "enableOCI", "tlsClientCertData"})
_KINDS_OF_REPOSITORY: Final = frozenset({"git", "helm", "oci"})
_HOLDERS: Final = {
    ("", "Secret"): (),
    ("external-secrets.io", "ExternalSecret"): ("spec", "target", "template"),
    ("bitnami.com", "SealedSecret"): ("spec", "template"),
}
_CM: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cm, namespace: argocd{labels}}}
    data: {{exec.enabled: 'false'}}
"""
_SECRET: Final = """
    apiVersion: v1
    kind: Secret
    metadata: {{name: repo, namespace: {namespace}{labels}}}
    stringData: {{{data}}}
"""
_GIT: Final = "type: git, url: https://github.com/example/coffee, username: x"
_SERVER: Final = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: argocd-server, namespace: argocd}
    spec: {template: {metadata: {labels: {app.kubernetes.io/name: argocd-server}}, spec: {containers: [{name: server}]}}}
"""


def _secret(labels: str = "", data: str = _GIT, namespace: str = "argocd") -> str:
    return _SECRET.format(labels=f", labels: {{{labels}}}" if labels else "", data=data, namespace=namespace)


class ArgoCdReadsItsConfigMaps(Policy[Manifest]):
    """What is meant for Argo CD carries the labels, and is in the namespace, by which Argo CD finds it.

    Why: it asks the API server for ConfigMaps labelled part-of argocd and for Secrets labelled with their type, in its own namespace.
    What lacks them is not there: a server without argocd-cm does not start, and a repository without its label has no credentials.
    Fix: label argocd-cm `app.kubernetes.io/part-of: argocd`, and the Secret `argocd.argoproj.io/secret-type: repository` (or repo-creds,
    or cluster).
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#atomic-configuration
    """

    id = "delivery-argo-cd-reads-its-config-maps"
    basis = "breaks"
    allowed = (
        Example(name="labelled", manifests=_CM.format(labels=", labels: {app.kubernetes.io/part-of: argocd}")),
        Example(name="argocd-rbac-cm, which is found by its name", manifests=_CM.format(labels="").replace("argocd-cm", "argocd-rbac-cm")),
        Example(name="a repository with its label", manifests=_secret(f"{_TYPE}: repository")),
        Example(name="a Secret for something else", manifests=_secret(data="url: https://hooks.example.com, password: x")),
        Example(name="a Secret with the keys of a repository elsewhere", manifests=_secret(namespace="shop")),
    )
    denied = (
        Denied(
            name="argocd-cm without labels",
            manifests=_CM.format(labels=""),
            at="ConfigMap/argocd/argocd-cm",
            pointer="/metadata",
            message="argocd-cm has no label app.kubernetes.io/part-of: argocd, by which Argo CD finds it",
        ),
        Denied(
            name="another value, and another namespace than Argo CD's",
            manifests=_CM.format(labels=", labels: {app.kubernetes.io/part-of: argo-cd}")
            + "    ---"
            + _CM.format(labels=", labels: {app.kubernetes.io/part-of: argocd}").replace("namespace: argocd", "namespace: argo")
            + _SERVER,
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/metadata/labels/app.kubernetes.io~1part-of",
            message="argocd-cm has the label app.kubernetes.io/part-of: argo-cd; argocd is required, by which Argo CD finds it",
            also=(
                Pinned(
                    at="ConfigMap/argo/argocd-cm",
                    pointer="/metadata/namespace",
                    message="argocd-cm is in namespace argo, and Argo CD is in argocd, where alone it looks",
                ),
            ),
        ),
        Denied(
            name="a repository without its label, and one with a misspelt type",
            manifests=_secret() + "    ---" + _secret(f"{_TYPE}: repositories").replace("repo,", "other,"),
            at="Secret/argocd/repo",
            pointer="/metadata",
            message="Secret/argocd/repo has the keys of a repository and no label argocd.argoproj.io/secret-type, "
            "by which Argo CD finds it",
            also=(
                Pinned(
                    at="Secret/argocd/other",
                    pointer="/metadata/labels/argocd.argoproj.io~1secret-type",
                    message="argocd.argoproj.io/secret-type is repositories, which Argo CD does not know; did you mean repository?",
                ),
            ),
        ),
        Denied(
            name="a cluster that an ExternalSecret makes",
            manifests="""
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: eks, namespace: argocd}
    spec: {target: {template: {data: {name: eks, server: https://eks.example.com, config: '{}'}}}}
    """,
            at="ExternalSecret/argocd/eks",
            pointer="/spec/target/template",
            message="ExternalSecret/argocd/eks has the keys of a cluster and no label argocd.argoproj.io/secret-type, "
            "by which Argo CD finds it",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every ConfigMap of Argo CD's, and whatever makes a Secret."""
        yield from (each for each in world.of("", "ConfigMap") if each.ref.name in MAPS)
        for group, kind in _HOLDERS:
            yield from world.of(group, kind)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Its labels and its namespace."""
        if target.ref.kind == "ConfigMap":
            yield from self._config_map(world, target)
        else:
            yield from self._secret(world, target)

    def _config_map(self, world: World, target: Manifest) -> Iterator[Outcome]:
        homes = world.derived(_homes)
        if world.closed and homes and target.ref.namespace not in homes and not target.bootstrap:
            place = target.root.get("metadata", "namespace") or target.root
            message = f"{target.ref.name} is in namespace {target.ref.namespace}, and Argo CD is in {' and '.join(sorted(homes))}, "
            yield self.finding(place, f"{message}where alone it looks", fix=f"move it to namespace {min(homes)}")
            return
        label = target.root.get("metadata", "labels", _PART_OF)
        if target.ref.name != CM or target.file in world.given_selectors or (label is not None and label.value == _ARGO_CD):
            return
        by = "by which Argo CD finds it"
        if label is None:
            place = target.root.get("metadata", "labels") or target.root.get("metadata") or target.root
            yield self.finding(place, f"{CM} has no label {_PART_OF}: {_ARGO_CD}, {by}")
        else:
            yield self.finding(label, f"{CM} has the label {_PART_OF}: {label.value}; {_ARGO_CD} is required, {by}")

    def _secret(self, world: World, target: Manifest) -> Iterator[Outcome]:
        holder = target.root
        for key in _HOLDERS[target.ref.group, target.ref.kind]:
            holder = holder.get(key) or holder
        label = holder.get("metadata", "labels", _TYPE)
        if label is not None and str(label.value) not in _TYPES:
            hint = nearest(str(label.value), _TYPES)
            yield self.finding(
                label, f"{_TYPE} is {label.value}, which Argo CD does not know{hint}", fix=f"set it to one of {', '.join(_TYPES)}"
            )
        homes = world.derived(_homes) or frozenset({_ARGO_CD})
        if label is not None and world.closed and world.derived(_homes) and target.ref.namespace not in homes:
            message = f"{target} is labelled {_TYPE}, and Argo CD looks in namespace {' and '.join(sorted(homes))} alone"
            yield self.finding(target.root.get("metadata", "namespace") or target.root, message, fix=f"move it to namespace {min(homes)}")
        if label is None and target.ref.namespace in homes and (what := _looks_like(target, holder)):
            place = holder.get("metadata", "labels") or holder.get("metadata") or holder
            message = f"{target} has the keys of a {what} and no label {_TYPE}, by which Argo CD finds it"
            yield self.finding(place, message, fix=f"label it {_TYPE}: {what}")


def _looks_like(target: Manifest, holder: Node) -> str:
    """What a Secret is by its keys: a repository, a cluster, or nothing of Argo CD's."""
    keys: dict[str, object] = {}
    for section in ("data", "stringData"):
        keys |= {key: node.value for key, node in holder.entries(section)}
    for each in target.root.items("spec", "data") if target.ref.kind == "ExternalSecret" else ():
        keys[each.text("secretKey") or ""] = None
    if {"name", "server", "config"} <= keys.keys():
        return "cluster"
    kind = keys.get("type")
    known = not isinstance(kind, str) or kind in _KINDS_OF_REPOSITORY or target.ref.kind != "Secret" or "data" in target.body
    return "repository" if "url" in keys and _REPOSITORY & keys.keys() and known else ""


def _homes(world: World) -> frozenset[str]:
    """The namespaces in which an Argo CD runs."""
    found = {release.namespace for release in releases(world) if release.chart == CHART and not release.cluster}
    every = whole(world).world
    return frozenset(found | {pod.manifest.ref.namespace for pod in every.pod_templates if is_server(pod)} - {""})
