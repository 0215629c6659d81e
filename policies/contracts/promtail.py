"""promtail: the collector of logs before Alloy. It brings no Grafana datasource.

Established by rendering chart 6.17.1.
Source: https://github.com/grafana/helm-charts/tree/main/charts/promtail
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="promtail", since=(6, 17, 0), until=(7, 0, 0))
