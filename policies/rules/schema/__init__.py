"""Policies on the form of each manifest by itself."""
