"""Edits that break the path traffic."""
