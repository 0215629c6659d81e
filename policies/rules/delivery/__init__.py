"""Policies on the delivery path."""
