"""Edits that delivery-argo-cd-values-have-their-type finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _cm(body: Body, key: str, value: object) -> bool:
    return put(values_of(body, "argo-cd") or {}, value, "configs", "cm", key)


def _misspelt(body: Body) -> bool:
    cm = at(values_of(body, "argo-cd") or {}, "configs", "cm")
    if cm:
        cm["timeout.reconcilation"] = cm.pop("timeout.reconciliation")
    return bool(cm)


def _yes(body: Body) -> bool:
    return put(values_of(body, "argo-cd") or {}, "yes", "configs", "params", "server.insecure")


def _in_the_other_map(body: Body) -> bool:
    configs = at(values_of(body, "argo-cd") or {}, "configs")
    return bool(configs) and not configs.update(cm=(configs.get("cm") or {}) | configs.pop("params", {}))


EDITS = (
    Edit(
        name="parameters in the other ConfigMap",
        kinds=("Application",),
        change=_in_the_other_map,
        said="Argo CD reads server.insecure from argocd-cmd-params-cm",
        everywhere=True,
    ),
    Edit(
        name="a duration without a unit",
        kinds=("Application",),
        change=lambda body: _cm(body, "timeout.reconciliation", 180),
        said="a duration with a unit",
        everywhere=True,
    ),
    Edit(name="a misspelt key", kinds=("Application",), change=_misspelt, said="did you mean timeout.reconciliation?", everywhere=True),
    Edit(name="a word for true", kinds=("Application",), change=_yes, said="true or false is required", everywhere=True),
)
