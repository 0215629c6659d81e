"""Policies on the alerting path."""
