"""ingress-nginx: the ingress controller. It brings no Grafana datasource.

Established by rendering chart 4.15.1.
Source: https://github.com/kubernetes/ingress-nginx/tree/main/charts/ingress-nginx
"""

from crema.policies.contracts.contract import Contract

CONTRACT = Contract(chart="ingress-nginx", since=(4, 15, 0), until=(4, 16, 0))
