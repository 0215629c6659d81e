"""Measurements, beside a peer in the same run; see README.md here."""
