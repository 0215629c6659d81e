"""crema: a policy-tested GitOps config library with generators."""

__version__ = "0.1.0"
