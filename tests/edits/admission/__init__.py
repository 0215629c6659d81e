"""Edits that the policies on admission find."""
