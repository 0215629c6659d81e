"""When Argo CD applies an object: its phase and its wave, and for which objects it waits before it goes on.

https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
"""

import re
from typing import Final, NamedTuple

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node

HOOK: Final = "argocd.argoproj.io/hook"
WAVE: Final = "argocd.argoproj.io/sync-wave"
DELETION: Final = "argocd.argoproj.io/hook-delete-policy"
_HELM_HOOK: Final = "helm.sh/hook"
_HELM_WEIGHT: Final = "helm.sh/hook-weight"
_HELM_DELETION: Final = "helm.sh/hook-delete-policy"
_PHASES: Final = {"PreSync": -1, "Sync": 0, "PostSync": 1}
_NAMES: Final = {-1: "PreSync", 0: "Sync", 1: "PostSync"}
_HELM: Final = {"pre-install": -1, "pre-upgrade": -1, "post-install": 1, "post-upgrade": 1}
_READ: Final = (HOOK, WAVE, DELETION, _HELM_HOOK, _HELM_WEIGHT, _HELM_DELETION)
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_WITH_HEALTH: Final = frozenset(
    {
        ("", "Pod"),
        ("apps", "DaemonSet"),
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("argoproj.io", "Rollout"),
        ("batch", "Job"),
        ("cert-manager.io", "Certificate"),
        ("external-secrets.io", "ExternalSecret"),
    }
)


class Turn(NamedTuple):
    """A phase (PreSync -1, Sync 0, PostSync 1) and a wave in it: what is less comes first."""

    phase: int
    wave: int

    def __str__(self) -> str:
        """As a person says it: `PreSync`, `Sync, wave 2`."""
        return f"{_NAMES[self.phase]}, wave {self.wave}" if self.wave else _NAMES[self.phase]


def turns(manifest: Manifest) -> tuple[Turn, ...]:
    """When an object is applied, earliest first; never, for one that is skipped, or a hook of other occasions."""
    notes = _annotations(manifest)
    text = notes.get(WAVE, "")
    if not _WHOLE.fullmatch(text):
        text = notes.get(_HELM_WEIGHT, "0")
    wave = int(text) if _WHOLE.fullmatch(text) else 0
    return tuple(Turn(phase, wave) for phase in sorted(_phases(notes)))


def is_hook(manifest: Manifest) -> bool:
    """Whether an object is applied as a hook: it is made anew for each sync."""
    notes = _annotations(manifest)
    return bool(_words(notes.get(HOOK, "")) - {"Skip"}) or (HOOK not in notes and _HELM_HOOK in notes)


def goes_when_done(manifest: Manifest) -> Node | None:
    """Where a hook says that it is deleted once it has succeeded; None where it does not."""
    for key, word in ((DELETION, "HookSucceeded"), (_HELM_DELETION, "hook-succeeded")):
        node = manifest.root.get("metadata", "annotations", key) if is_hook(manifest) else None
        if node is not None and word in _words(str(node.value)):
            return node
    return None


def is_waited_for(manifest: Manifest) -> bool:
    """Whether Argo CD waits until an object is healthy, or has run, before it applies what comes later."""
    return (manifest.ref.group, manifest.ref.kind) in _WITH_HEALTH


def place(manifest: Manifest) -> Node | None:
    """Where an object says when it is applied; None where it says nothing."""
    metadata = manifest.root.get("metadata")
    notes = metadata.get("annotations") if metadata is not None else None
    return next((node for key in (HOOK, WAVE, _HELM_HOOK) if notes is not None and (node := notes.get(key)) is not None), None)


def _phases(notes: dict[str, str]) -> set[int]:
    own = _words(notes.get(HOOK, ""))
    if HOOK in notes and own != {"Skip"}:
        return {_PHASES[word] for word in own if word in _PHASES}
    if HOOK not in notes and _HELM_HOOK in notes:
        return {_HELM[word] for word in _words(notes[_HELM_HOOK]) if word in _HELM}
    return set() if own == {"Skip"} else {0}


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}


def _annotations(manifest: Manifest) -> dict[str, str]:
    """The annotations that say when; others are not read."""
    notes = manifest.root.get("metadata", "annotations")
    return {key: text for key in _READ if notes is not None and (text := notes.text(key)) is not None}
