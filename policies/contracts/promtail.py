"""promtail (deprecated): the collector of logs before alloy. It brings no Grafana datasource.

Established by rendering charts 6.17.0 and 6.17.1, the last one.
Source: https://github.com/grafana/helm-charts/tree/main/charts/promtail
"""

from collections.abc import Iterator

from crema.policies.contracts import promtail_objects as objects
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import chart_of
from crema.policies.contracts.contract import Contract
from crema.policies.model.helm import Release


def _rendered(release: Release) -> Iterator[Body]:
    return objects.rendered(chart_of(release))


def _gap(release: Release) -> str:
    return objects.gap(chart_of(release))


CONTRACT = Contract(chart="promtail", since=(6, 17, 0), until=(7, 0, 0), rendered=_rendered, gap=_gap)
