"""Policies on the traffic path."""
