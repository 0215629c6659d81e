"""Edits that break the path delivery."""
