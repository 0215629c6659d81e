"""Contracts: what policies rely on about Helm charts that are not rendered here.

The contract of a chart is in the file that is named like the chart; what needs more room stands beside it, under the same name and
one word more. Objects are written with `bodies.py`, `pod_bodies.py`, `network_bodies.py` and `routing.py`; `chart.py` merges values
as Helm does over those that `defaults/` has of the chart. `keys/` has the keys that a chart reads.
"""
