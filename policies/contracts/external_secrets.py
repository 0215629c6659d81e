"""external-secrets: the creator of Secrets. It brings no Grafana datasource.

Established by rendering chart 2.9.0.
Source: https://github.com/external-secrets/external-secrets/tree/main/deploy/charts/external-secrets
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="external-secrets", since=(2, 9, 0), until=(3, 0, 0))
