"""Edits that break the path alerting."""
