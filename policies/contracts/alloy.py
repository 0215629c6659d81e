"""alloy: the collector of logs. It brings no Grafana datasource.

Established by rendering chart 1.11.1.
Source: https://github.com/grafana/alloy/tree/main/operations/helm/charts/alloy
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="alloy", since=(1, 11, 0), until=(2, 0, 0))
