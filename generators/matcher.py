"""Matchers of alerts' labels, as Alertmanager's configuration writes and reads them.

https://prometheus.io/docs/alerting/latest/configuration/#matchers
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from crema.generators.checks import AnyText, PrometheusLabel
from crema.generators.spec import Mistake, Spec, rule

# What Go's expressions and Python's mean alike; Alertmanager reads Go's (https://github.com/google/re2/wiki/Syntax).
_PORTABLE = re.compile(
    r"""(?:
      [A-Za-z0-9_\ /:%@,=<>~\#&;!'"\-]             # itself
    | \\[.+*?()|\[\]{}^$\\\-]                      # itself, after a backslash
    | \.                                           # any character but a line feed
    | \[\^?(?:[A-Za-z0-9_](?:-[A-Za-z0-9_])?)+\]   # a class
    | \((?!\?) | \) | \|
    | [*+?]\??(?![*+?])                            # one repetition, not one of another
    )*""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherSpec(Spec):
    """One matcher.

    Args:
        label: of the alert; one that it does not have is an empty text.
        value: what is compared. For `=~` and `!~` a regular expression that the whole label must match.
        sign: the comparison.

    """

    label: PrometheusLabel
    value: AnyText
    sign: Literal["=", "!=", "=~", "!~"] = "="

    @rule("value", "sign")
    def _same_in_go_and_python(self) -> Iterator[Mistake]:
        """`matches` must mean what Alertmanager will mean."""
        if self.sign in {"=~", "!~"} and _expression(self.value) is None:
            required = "a regular expression of letters, digits, '.', '|', groups, classes such as [a-z], and '*', '+' or '?'"
            yield self.mistake("value", required, self.value)

    def text(self) -> str:
        """The matcher with its value in quotes, which both of Alertmanager's parsers read alike."""
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.sign}"{escaped}"'

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels is meant."""
        actual = labels.get(self.label, "")
        if self.sign in {"=", "!="}:
            return (actual == self.value) == (self.sign == "=")
        expression = _expression(self.value)
        return expression is not None and (expression.fullmatch(actual) is not None) == (self.sign == "=~")


def _expression(text: str) -> re.Pattern[str] | None:
    if _PORTABLE.fullmatch(text) is None:
        return None
    try:
        return re.compile(text)
    except re.error:
        return None


def match(matchers: tuple[MatcherSpec, ...], labels: Mapping[str, str]) -> bool:
    """Whether all matchers match; none match everything."""
    return all(matcher.matches(labels) for matcher in matchers)
