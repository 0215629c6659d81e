"""Edits that break the path schema."""
