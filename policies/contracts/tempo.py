"""tempo: the trace store. It brings no Grafana datasource.

Established by rendering chart 2.2.4.
Source: https://github.com/grafana-community/helm-charts/tree/main/charts/tempo
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="tempo", since=(2, 2, 0), until=(3, 0, 0))
