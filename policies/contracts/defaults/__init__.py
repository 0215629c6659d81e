"""What a chart says by itself, one JSON file a chart, named like the chart: the values with which it and its sub-charts come, and its
custom resource definitions with the bytes that each is as compact JSON.

Recorded from the chart itself by `python -m tools.charts.objects CHART_DIR --recorded DATE`, never edited. Of long texts (dashboards,
scripts) the beginning is kept: no contract reads on.
"""
