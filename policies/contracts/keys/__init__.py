"""The keys of values that the templates of a chart read, one JSON file a chart, named like the chart.

Recorded from the chart itself by `python -m tools.charts.keys CHART_DIR --recorded DATE`, never edited. `keys` is a tree: `true` is one
value, `"*"` is a place where everything is taken as it is (the templates print all of it, or go through it whatever its keys are), and a
mapping has a tree for each key that is read; in it the key `*` stands for any other key, or for each item of a list. Keys of a sub-chart
stand below the name under which its values go, those of `global` once for the chart and once for each sub-chart that reads them. A key that
the chart's values.yaml has and no template reads is not among them.
"""
