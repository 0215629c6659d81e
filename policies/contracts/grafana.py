"""grafana: the server alone. Its sidecar is off by default; its own value `datasources` is mounted straight into it.

Read in charts 6.43.5 and 12.11.1. The objects were established by rendering charts 12.3.3 to 12.11.1.
Source: https://github.com/grafana-community/helm-charts/blob/main/charts/grafana/values.yaml
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.contracts import grafana_objects as objects
from crema.policies.contracts import sidecar
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import chart_of, version_of
from crema.policies.contracts.contract import Contract, GrafanaPart
from crema.policies.model.helm import Release

_SINCE: Final = (12, 3, 3)
"""The first version that renders what is written in `grafana_objects.py`."""


def _grafana(release: Release) -> GrafanaPart:
    return GrafanaPart(servers=(sidecar.server(release, enabled=False, label_value=""),))


def _is_known(release: Release) -> bool:
    return (version_of(release.version) or ()) >= _SINCE


def _rendered(release: Release) -> Iterator[Body]:
    if _is_known(release):
        yield from objects.rendered(chart_of(release))


def _gap(release: Release) -> str:
    """What values ask for, or a version brings, and nothing here says."""
    return (
        objects.gap(chart_of(release))
        if _is_known(release)
        else "the contract knows the objects since chart 12.3.3, and datasources of the others"
    )


CONTRACT = Contract(chart="grafana", since=(6, 43, 0), until=(13, 0, 0), grafana=_grafana, rendered=_rendered, gap=_gap)
