"""Edits that break the path admission."""
