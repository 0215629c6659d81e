"""crema: a policy-tested GitOps config library with generators."""
