"""argo-cd: Argo CD itself. It brings no Grafana datasource.

Established by rendering chart 10.1.1.
Source: https://github.com/argoproj/argo-helm/tree/main/charts/argo-cd
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="argo-cd", since=(10, 1, 0), until=(11, 0, 0))
