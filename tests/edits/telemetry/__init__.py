"""Edits that break the path telemetry."""
