"""gateway-helm: Envoy Gateway. It brings no Grafana datasource.

Established by rendering chart 1.9.0.
Source: https://github.com/envoyproxy/gateway/tree/main/charts/gateway-helm
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="gateway-helm", since=(1, 9, 0), until=(2, 0, 0))
