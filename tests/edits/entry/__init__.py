"""Edits that break the path entry."""
