"""What is recorded of Helm charts for `policies/contracts/`, one chart a file.

`keys.py` is the command that records which values the templates of a chart read. `source.py` reads a chart directory, `lexer.py`
and `parser.py` its templates; `evaluate.py` follows values through them (`flow.py`: what becomes of a value; `functions.py` and
`special.py`: what each function does with it; `atoms.py`, `scope.py`: what it may be); `reads.py` holds what was read, `schema.py`
takes out what nobody may write, and `record.py` writes the list.

`objects.py` is the command that records what a chart renders under the cases of `cases/`; `spoken.py` keeps of each object what
contracts speak of.
"""
