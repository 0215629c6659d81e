"""Knows the stock, uses it up and buys it in."""
