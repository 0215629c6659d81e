"""Tests of the policies, of what reads and runs them, and of what they report."""
