"""Edits that identity-class-exists finds."""

from tests.edits.body import drop, pod_specs, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _other_class(body: Body) -> bool:
    return put(body, "fast", "spec", "storageClassName")


def _no_class(body: Body) -> bool:
    return drop(body, "spec", "storageClassName")


def _no_classes(body: Body) -> bool:
    return bool(body.pop("storage_classes", None))


def _of_a_chart(body: Body) -> bool:
    return put(values_of(body, "loki") or {}, "fast", "singleBinary", "persistence", "storageClass")


def _priority(body: Body) -> bool:
    specs = [*pod_specs(body)]
    for spec in specs:
        spec["priorityClassName"] = "shop-critical"
    return bool(specs)


_CLAIM = ("PersistentVolumeClaim",)
EDITS = (
    Edit(name="a claim of another class", kinds=_CLAIM, change=_other_class, said="StorageClass fast", everywhere=True),
    Edit(name="a claim without a class where none is the default", kinds=_CLAIM, change=_no_class, environments=("eks",)),
    Edit(name="the cluster has no classes", kinds=("facts.yaml",), change=_no_classes),
    Edit(name="a chart's claim of another class", kinds=("Application",), change=_of_a_chart, everywhere=True),
    Edit(name="a priority that nobody defines", kinds=("Deployment", "StatefulSet", "CronJob"), change=_priority, everywhere=True),
)
