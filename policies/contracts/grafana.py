"""grafana: the server alone. Its sidecar is off by default; its own value `datasources` is mounted straight into it.

Read in charts 6.43.5 and 12.11.1.
Source: https://github.com/grafana-community/helm-charts/blob/main/charts/grafana/values.yaml
"""

from crema.policies.contracts import sidecar
from crema.policies.contracts.contract import Contract, GrafanaPart
from crema.policies.model.helm import Release


def _grafana(release: Release) -> GrafanaPart:
    return GrafanaPart(servers=(sidecar.server(release, enabled=False, label_value=""),))


CONTRACT = Contract(chart="grafana", since=(6, 43, 0), until=(13, 0, 0), grafana=_grafana)
