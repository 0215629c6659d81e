"""Edits that identity-claim-exists finds."""

from tests.edits.body import at, pod_specs, put
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _other_claim(body: Body) -> bool:
    volumes = [volume for spec in pod_specs(body) for volume in spec.get("volumes", ())]
    way = ("persistentVolumeClaim", "claimName")
    return any(put(volume, f"{at(volume, *way)}-0", *way) for volume in volumes)


def _gone(_body: Body) -> Removed:
    return REMOVED


EDITS = (
    Edit(name="a pod mounts a claim of another name", kinds=("StatefulSet", "CronJob"), change=_other_claim, everywhere=True),
    Edit(name="the claim is gone", kinds=("PersistentVolumeClaim",), change=_gone, everywhere=True),
)
