"""The schemas of every kind that this library knows, and the judgement of one object by them.

`validate.py` judges, `catalog.py` finds the schema of a kind, `explain.py` puts a validator's error into words,
`standalone.py` writes the schemas for kubeconform. The JSON files are made by `make schemas` and never edited.
"""
