"""Tests of references and their creators, of secrets in plain text, and of what pods and roles may do."""
