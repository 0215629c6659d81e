"""The policy identity-mounted-secret-is-listed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.helm import Release, releases
from crema.policies.model.node import Node
from crema.policies.model.references.every import references
from crema.policies.model.references.in_values import MOUNTED
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_CHART = "kube-prometheus-stack"
_FIELDS = {"secrets": ("secrets", "Secret"), "configmaps": ("configMaps", "ConfigMap")}
_STACK = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: stack, namespace: argocd}
    spec:
      destination: {namespace: monitoring}
      source:
        chart: kube-prometheus-stack
        targetRevision: 88.5.3
        helm:
          valuesObject:
            alertmanager:
              alertmanagerSpec: {secrets: [SECRETS]}
              config: {receivers: [{name: slack, slack_configs: [{api_url_file: FILE}]}]}
"""
_AT = "/spec/source/helm/valuesObject/alertmanager/config/receivers/0/slack_configs/0/api_url_file"


def _stack(secrets: str, file: str = "/etc/alertmanager/secrets/slack/url") -> str:
    return _STACK.replace("SECRETS", secrets).replace("FILE", file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """A path below the place where the operator mounts Secrets, in the values of a release."""

    release: Release
    reference: Reference

    def __str__(self) -> str:
        """The release and the path's place."""
        return f"{self.release.manifest} {self.reference.place.place}"


class MountedSecretIsListed(Policy[Mounted]):
    """A file below /etc/alertmanager/secrets/ is of a Secret that the Alertmanager is told to mount.

    Why: the operator mounts what `secrets` lists and nothing else; of another the file is not there, and Alertmanager can send nothing:
    each notification fails, with nobody told.
    Fix: list the Secret in alertmanagerSpec.secrets (or prometheusSpec.secrets), with the name that the path has
    Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerSpec
    """

    id = "identity-mounted-secret-is-listed"
    basis = "breaks"
    allowed = (
        Example(name="listed under the same name", manifests=_stack("slack, pager")),
        Example(name="a file that comes from elsewhere", manifests=_stack("slack", file="/etc/alertmanager/config/slack.url")),
    )
    denied = (
        Denied(
            name="listed under another name",
            manifests=_stack("slack-creds"),
            at="Application/argocd/stack",
            pointer=_AT,
            message="/etc/alertmanager/secrets/slack/url is read, and alertmanager.alertmanagerSpec.secrets does not list slack; "
            "did you mean slack-creds?",
        ),
        Denied(
            name="nothing is listed",
            manifests=_stack(""),
            at="Application/argocd/stack",
            pointer=_AT,
            message="/etc/alertmanager/secrets/slack/url is read, and alertmanager.alertmanagerSpec.secrets does not list slack",
        ),
    )

    def targets(self, world: World) -> Iterable[Mounted]:
        """Every such path in the values of the chart that installs the operator."""
        by_manifest = {id(release.manifest): release for release in releases(world) if release.chart == _CHART}
        for reference in references(world):
            release = by_manifest.get(id(reference.manifest))
            if release is not None and reference.key and reference.key_place is reference.place and _path(reference.place):
                yield Mounted(release=release, reference=reference)

    def judge(self, world: World, target: Mounted) -> Iterator[Outcome]:
        """Whether the list has it."""
        del world
        path = _path(target.reference.place)
        found = MOUNTED.match(path)
        if found is None:
            return
        field, kind = _FIELDS[found["kind"]]
        keys = (found["who"], f"{found['who']}Spec", field)
        listed = target.release.values.get([], *keys)
        names = [str(name) for name in listed] if isinstance(listed, list) else []
        if found["name"] not in names:
            said = nearest(found["name"], names)
            message = f"{found[0]} is read, and {'.'.join(keys)} does not list {found['name']}{said}"
            path_of = (target.reference.by, found[0], f"{kind} {target.release.namespace}/{found['name']}")
            yield self.finding(target.reference.place, message, path=path_of, subject=found["name"])


def _path(place: Node) -> str:
    """The path, where a value begins with one."""
    return place.value if isinstance(place.value, str) and MOUNTED.match(place.value) else ""
