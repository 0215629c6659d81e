"""traefik: an ingress controller. It brings no Grafana datasource.

Established by rendering chart 41.3.0.
Source: https://github.com/traefik/traefik-helm-chart/tree/master/traefik
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="traefik", since=(41, 3, 0), until=(42, 0, 0))
