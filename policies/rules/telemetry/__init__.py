"""Policies on the telemetry path."""
