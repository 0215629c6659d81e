"""Edits that delivery-options-are-known finds."""

from tests.edits.edit import Body, Edit

_WAVE = "argocd.argoproj.io/sync-wave"
_OPTIONS = "argocd.argoproj.io/sync-options"


def _small(body: Body) -> bool:
    options = body["spec"]["syncPolicy"]["syncOptions"]
    options[0] = options[0].lower()
    return True


def _colon(body: Body) -> bool:
    options = body["spec"]["syncPolicy"]["syncOptions"]
    options[0] = options[0].replace("=", ": ")
    return True


def _wave(body: Body) -> bool:
    body["metadata"].setdefault("annotations", {})[_WAVE] = "first"
    return True


def _kept(body: Body) -> bool:
    notes = body["metadata"].get("annotations", {})
    if _OPTIONS not in notes:
        return False
    notes[_OPTIONS] = notes[_OPTIONS].replace("=", "=no")
    return True


def _key(body: Body) -> bool:
    notes = body["metadata"].get("annotations", {})
    if _OPTIONS not in notes:
        return False
    notes["argocd.argoproj.io/sync-option"] = notes.pop(_OPTIONS)
    return True


def _hook(body: Body) -> bool:
    body["metadata"].setdefault("annotations", {})["argocd.argoproj.io/hook"] = "pre-sync"
    return True


EDITS = (
    Edit(name="an option in small letters", kinds=("Application",), change=_small, said="has no effect", everywhere=True),
    Edit(name="an option with a colon", kinds=("Application",), change=_colon, said="has no effect", everywhere=True),
    Edit(name="a wave that is no number", kinds=("AppProject", "Deployment"), change=_wave, said="no whole number", everywhere=True),
    Edit(
        name="a value that nobody knows",
        kinds=("PersistentVolumeClaim", "StatefulSet"),
        change=_kept,
        said="has no effect",
        everywhere=True,
    ),
    Edit(name="a misspelt annotation", kinds=("Application", "StatefulSet"), change=_key, said="did you mean", everywhere=True),
    Edit(name="a misspelt hook", kinds=("Deployment", "CronJob"), change=_hook, said="never applied", everywhere=True),
)
