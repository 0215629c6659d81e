"""Which values the templates of a Helm chart read: recorded for `policies/contracts/keys/`, one chart a file.

`keys.py` is the command. `chart.py` reads a chart directory, `lexer.py` and `parser.py` read its templates, `evaluate.py`
follows values through them (`functions.py` says what each function does with its arguments), `reads.py` holds what was
read, `overrides.py` what a person had to say, `record.py` writes the list.
"""
