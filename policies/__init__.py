"""Policies: the laws that committed manifests must obey, and what reads, runs and reports them.

This half of the library judges bytes, like an outsider, on any directory of manifests. It imports neither charts,
generators nor cdk8s, starts no process and needs no network.
"""
