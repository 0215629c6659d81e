"""The policy delivery-options-are-known."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import ARGO
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World
from crema.policies.schemas.misspelling import misspells

_PREFIX: Final = "argocd.argoproj.io/"
_FLAG: Final = ("true", "false")
_OF_APPLICATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "ApplyOutOfSyncOnly": _FLAG,
    "ClientSideApplyMigration": _FLAG,
    "CreateNamespace": _FLAG,
    "Delete": ("true", "false", "confirm"),
    "FailOnSharedResource": _FLAG,
    "Force": _FLAG,
    "Prune": ("true", "false", "confirm"),
    "PruneLast": _FLAG,
    "PrunePropagationPolicy": ("foreground", "background", "orphan"),
    "Replace": _FLAG,
    "RespectIgnoreDifferences": _FLAG,
    "ServerSideApply": _FLAG,
    "SkipDryRunOnMissingResource": _FLAG,
    "Validate": _FLAG,
}
_OF_OBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "ApplyOutOfSyncOnly": _FLAG,
    "ClientSideApplyMigration": _FLAG,
    "Delete": ("true", "false", "confirm"),
    "Force": _FLAG,
    "Prune": ("true", "false", "confirm"),
    "PruneLast": _FLAG,
    "Replace": _FLAG,
    "ServerSideApply": _FLAG,
    "SkipDryRunOnMissingResource": _FLAG,
    "Validate": _FLAG,
}
_COMPARE: Final[Mapping[str, tuple[str, ...]]] = {"IgnoreExtraneous": (), "IncludeMutationWebhook": _FLAG, "ServerSideDiff": _FLAG}
_HOOKS: Final = ("PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip")
_DELETIONS: Final = ("HookSucceeded", "HookFailed", "BeforeHookCreation")
_ANNOTATIONS: Final = frozenset(
    {
        "application-set-refresh",
        "client-side-apply-migration-manager",
        "compare-options",
        "deletion-approved",
        "generate-manifests-timeout",
        "hook",
        "hook-delete-policy",
        "hydrate",
        "ignore-default-links",
        "ignore-healthcheck",
        "ignore-resource-updates",
        "installation-id",
        "manifest-generate-paths",
        "refresh",
        "skip-reconcile",
        "sync-options",
        "sync-wave",
        "tracking-id",
    }
)
_FINALIZERS: Final = frozenset(
    {
        "resources-finalizer.argocd.argoproj.io",
        "resources-finalizer.argocd.argoproj.io/background",
        "resources-finalizer.argocd.argoproj.io/foreground",
        "post-delete-finalizer.argocd.argoproj.io",
        "post-delete-finalizer.argocd.argoproj.io/cleanup",
        "pre-delete-finalizer.argocd.argoproj.io",
        "pre-delete-finalizer.argocd.argoproj.io/cleanup",
    }
)
_WAVE: Final = re.compile(r"[+-]?[0-9]+")


def _manifest(annotation: str, value: str) -> str:
    return f"""
        apiVersion: batch/v1
        kind: Job
        metadata: {{name: migrate, namespace: shop, annotations: {{argocd.argoproj.io/{annotation}: {value}}}}}
    """


def _application(options: str) -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: order, namespace: argocd}}
        spec: {{destination: {{namespace: shop}}, syncPolicy: {{syncOptions: [{options}]}}}}
    """


_AT = "Application/argocd/order"
_JOB = "Job/shop/migrate"


def _pointer(annotation: str) -> str:
    return f"/metadata/annotations/argocd.argoproj.io~1{annotation}"


class OptionsAreKnown(Policy[Node]):
    """Sync options, hooks, waves and the other words of Argo CD are ones that it reads.

    Why: Argo CD compares them letter by letter and passes over what it does not know. A misspelt option has no effect; an object whose hook
    is misspelt is never applied, and the sync succeeds; a wave that is no whole number is wave 0.
    Fix: write the option as Argo CD knows it.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
    """

    id = "delivery-options-are-known"
    basis = "breaks"
    allowed = (
        Example(name="options of an Application", manifests=_application("ServerSideApply=true, CreateNamespace=false, Prune=confirm")),
        Example(name="options of an object, with spaces between them", manifests=_manifest("sync-options", "'Prune=false, Delete=false'")),
        Example(
            name="two hooks and a wave before all",
            manifests=_manifest("hook", "'PreSync,PostSync'") + "---" + _manifest("sync-wave", "'-5'"),
        ),
        Example(name="an annotation of one's own", manifests=_manifest("example", "yes-please")),
    )
    denied = (
        Denied(
            name="a colon, a small letter, and an option that nobody knows",
            manifests=_application("'ServerSideApply: true', createNamespace=true, Replace=yes"),
            at=_AT,
            pointer="/spec/syncPolicy/syncOptions/0",
            message='the sync option "ServerSideApply: true" has no effect; write ServerSideApply=true',
            also=(
                Pinned(
                    at=_AT,
                    pointer="/spec/syncPolicy/syncOptions/1",
                    message='the sync option "createNamespace=true" has no effect; write CreateNamespace=true',
                ),
                Pinned(
                    at=_AT,
                    pointer="/spec/syncPolicy/syncOptions/2",
                    message='the sync option "Replace=yes" has no effect; Replace is true or false',
                ),
            ),
        ),
        Denied(
            name="a misspelt option of an object",
            manifests=_manifest("sync-options", "'Prune=false,Delet=false'"),
            at=_JOB,
            pointer=_pointer("sync-options"),
            message='the sync option "Delet=false" has no effect; write Delete=false',
        ),
        Denied(
            name="an option of Applications on an object",
            manifests=_manifest("sync-options", "CreateNamespace=true"),
            at=_JOB,
            pointer=_pointer("sync-options"),
            message='the sync option "CreateNamespace=true" has no effect on an object; it is one of an Application',
        ),
        Denied(
            name="a finalizer that nobody knows",
            manifests=_application("Prune=true").replace(
                "namespace: argocd", "namespace: argocd, finalizers: [resources-finaliser.argocd.argoproj.io]"
            ),
            at=_AT,
            pointer="/metadata/finalizers/0",
            message="nothing takes the finalizer resources-finaliser.argocd.argoproj.io away, so the Application can never be deleted; "
            "write resources-finalizer.argocd.argoproj.io",
        ),
        Denied(
            name="a hook that nobody knows",
            manifests=_manifest("hook", "Presync"),
            at=_JOB,
            pointer=_pointer("hook"),
            message='there is no hook "Presync": Job/shop/migrate is never applied; write PreSync',
        ),
        Denied(
            name="a wave that is no number",
            manifests=_manifest("sync-wave", "first"),
            at=_JOB,
            pointer=_pointer("sync-wave"),
            message='the sync wave "first" is no whole number, so it is wave 0',
        ),
        Denied(
            name="a misspelt annotation",
            manifests=_manifest("sync-option", "Prune=false"),
            at=_JOB,
            pointer=_pointer("sync-option"),
            message="Argo CD reads no annotation argocd.argoproj.io/sync-option; did you mean argocd.argoproj.io/sync-options?",
        ),
    )

    def targets(self, world: World) -> Iterable[Node]:
        """Every list of sync options, and every annotation of Argo CD."""
        for manifest in world.of(ARGO, "Application", "ApplicationSet"):
            top = manifest.root if manifest.ref.kind == "Application" else manifest.root.get("spec", "template")
            spec = top.get("spec") if top is not None else None
            policy = spec.get("syncPolicy") if spec is not None else None
            if policy is not None:
                yield from policy.items("syncOptions")
            if top is not None:
                yield from top.items("metadata", "finalizers")
        for manifest in world.manifests:
            yield from _annotations(manifest)

    def judge(self, world: World, target: Node) -> Iterator[Outcome]:
        """Each word by itself."""
        del world
        if "/finalizers/" in target.pointer:
            yield from self._finalizer(target, str(target.value))
            return
        if not target.key.startswith(_PREFIX):
            yield from self._option(target, str(target.value), _OF_APPLICATIONS)
        else:
            yield from self._annotation(target)

    def _annotation(self, target: Node) -> Iterator[Outcome]:
        """The words in an annotation, or its name."""
        name, text = target.key.removeprefix(_PREFIX), str(target.value)
        words = [word.strip() for word in text.split(",") if word.strip()]
        if name in {"sync-options", "compare-options"}:
            for word in words:
                yield from self._option(target, word, _OF_OBJECTS if name == "sync-options" else _COMPARE)
        elif name == "hook":
            for word in words:
                if word not in _HOOKS and "{{" not in word:
                    near = next((known for known in _HOOKS if misspells(word, [known])), "")
                    lost = f": {target.manifest} is never applied" if len(words) == 1 else ""
                    hint = f"write {near}" if near else f"there are {', '.join(_HOOKS)}"
                    yield self.finding(target, f'there is no hook "{word}"{lost}; {hint}', subject=word)
        elif name == "hook-delete-policy":
            for word in words:
                if word not in _DELETIONS and "{{" not in word:
                    yield self.finding(target, f'there is no hook-delete-policy "{word}"; there are {", ".join(_DELETIONS)}', subject=word)
        elif name == "sync-wave":
            if not _WAVE.fullmatch(text) and "{{" not in text:
                yield self.finding(
                    target, f'the sync wave "{text}" is no whole number, so it is wave 0', fix="write a whole number in quotes"
                )
        elif name not in _ANNOTATIONS and (alike := [known for known in sorted(_ANNOTATIONS) if misspells(name, [known])]):
            what = f"Argo CD reads no annotation {target.key}; did you mean {_PREFIX}{alike[0]}?"
            yield self.finding(target, what, fix=f"write {_PREFIX}{alike[0]}")

    def _finalizer(self, node: Node, name: str) -> Iterator[Outcome]:
        """What Argo CD does not know it never takes away, so that the object is never gone."""
        if "argocd.argoproj.io" in name and name not in _FINALIZERS and "{{" not in name:
            near = next((known for known in sorted(_FINALIZERS) if misspells(name, [known])), "")
            hint = f"; write {near}" if near else ""
            what = f"nothing takes the finalizer {name} away, so the Application can never be deleted{hint}"
            yield self.finding(node, what, fix=f"write {near}" if near else "")

    def _option(self, node: Node, word: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[Outcome]:
        name, sign, value = (part.strip() for part in word.partition("=" if "=" in word else ":"))
        if "{{" in word:
            return
        if name in known and sign == "=" and f"{name}={value}" == word:
            if value not in known[name]:
                values = " or ".join(known[name]) or "written by itself"
                yield self.finding(node, f'the sync option "{word}" has no effect; {name} is {values}', subject=name)
            return
        if name in known and not sign and not known[name]:
            return
        near = next((one for one in known if misspells(name, [one])), "")
        what = f'the sync option "{word}" has no effect'
        if near:
            value = value.lower() if value.lower() in known[near] else (known[near] or ("",))[0]
            yield self.finding(node, f"{what}; write {near}{'=' if value else ''}{value}", subject=name)
        elif name in _OF_APPLICATIONS and known is _OF_OBJECTS:
            yield self.finding(node, f"{what} on an object; it is one of an Application", subject=name)
        elif known is not _COMPARE:
            yield self.finding(node, f"{what}; Argo CD knows no {name}", subject=name)


def _annotations(manifest: Manifest) -> Iterator[Node]:
    metadata = manifest.body.get("metadata")
    written = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(written, dict):
        for key, value in written.items():
            if key.startswith(_PREFIX) and value is not None:
                yield Node(manifest=manifest, value=value, pointer=f"/metadata/annotations/{key.replace('~', '~0').replace('/', '~1')}")
