"""Which connections NetworkPolicies permit, and which ones the platform needs."""
