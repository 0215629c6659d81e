// The modules whose schemas policies/schemas holds. Nothing here is built: `make schemas` reads files out of them.
module crema/tools/schemas

go 1.26

require (
	github.com/argoproj/argo-cd/v3 v3.5.7
	github.com/external-secrets/external-secrets v1.3.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
	k8s.io/api v0.36.0
	sigs.k8s.io/gateway-api v1.6.3
)
