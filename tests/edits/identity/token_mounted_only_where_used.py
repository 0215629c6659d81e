"""Edits that identity-token-mounted-only-where-used finds."""

from tests.edits.body import pod_specs, put
from tests.edits.edit import Body, Edit


def _on(body: Body) -> bool:
    return any(put(spec, True, "automountServiceAccountToken") for spec in pod_specs(body))


_PODS = ("Deployment", "StatefulSet", "CronJob")
EDITS = (Edit(name="switched on", kinds=_PODS, change=_on, everywhere=True),)
