"""PromQL, read by a parser: an expression that Prometheus would refuse is a mistake of the line that wrote it.

https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

from typing import Annotated

import promql_parser

from crema.generators.checks import Check, Requirement

# The parser calls itself for each parenthesis and operator, and more than its stack holds ends the process: 8,000 characters of
# nothing else are still read. The longest alert of kube-prometheus-stack has 900.
_LONGEST = 2000
_NEVER_FIRE = (promql_parser.MatrixSelector, promql_parser.SubqueryExpr, promql_parser.StringLiteral)


def _promql(value: object) -> Requirement | None:
    if not isinstance(value, str) or not value.strip():
        return "PromQL, such as up == 0"
    if len(value) > _LONGEST or "\x00" in value:
        return f"PromQL of at most {_LONGEST} characters, none of them NUL"
    try:
        parsed = promql_parser.parse(value)
    except ValueError as error:
        why = "".join(c if c.isprintable() else "?" for c in str(error)[:200])
        return f"PromQL ({why})"
    while isinstance(parsed, promql_parser.ParenExpr):
        parsed = parsed.expr
    # Prometheus takes these for a rule, and fails at each evaluation.
    return "PromQL whose result is an instant vector, not a range or a text" if isinstance(parsed, _NEVER_FIRE) else None


PromQL = Annotated[str, Check(_promql)]
