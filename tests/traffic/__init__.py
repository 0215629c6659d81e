"""Tests of the laws of traffic that need more than the examples of a policy."""
