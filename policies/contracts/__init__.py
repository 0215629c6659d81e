"""Contracts: what policies rely on about Helm charts that are not rendered here. One chart a file, named like the
chart.
"""
