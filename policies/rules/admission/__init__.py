"""Policies on what an API server takes."""
