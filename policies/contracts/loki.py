"""loki: the log store. It brings no Grafana datasource.

Established by rendering chart 18.11.0.
Source: https://github.com/grafana-community/helm-charts/tree/main/charts/loki
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="loki", since=(18, 0, 0), until=(19, 0, 0))
