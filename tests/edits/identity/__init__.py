"""Edits that break the path identity."""
