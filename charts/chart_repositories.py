"""Where the third-party charts come from. Projects moved: loki and tempo in the old Grafana repository are other products now."""

ARGO = "https://argoproj.github.io/argo-helm"
EXTERNAL_SECRETS = "https://charts.external-secrets.io"
GRAFANA = "https://grafana.github.io/helm-charts"
GRAFANA_COMMUNITY = "https://grafana-community.github.io/helm-charts"
INGRESS_NGINX = "https://kubernetes.github.io/ingress-nginx"
PROMETHEUS_COMMUNITY = "https://prometheus-community.github.io/helm-charts"
TRAEFIK = "https://traefik.github.io/charts"
