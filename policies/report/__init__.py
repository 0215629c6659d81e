"""Renderings of one run for people and machines."""
