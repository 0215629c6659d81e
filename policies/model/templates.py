"""Text that another program makes into a manifest first: the templates of Helm, Go and Jinja, and the placeholders of envsubst,
Flux, kustomize and people. What stands in their place is not known here.
"""

import re
from typing import Final

from crema.policies.model.values import Json

_NOT_OURS: Final = r"\$(?:labels|value|externalLabels|externalURL)\b|\.(?:CommonLabels|CommonAnnotations|GroupLabels|Alerts)\b"
_BRACES: Final = re.compile(rf"\{{\{{(?!-?\s*(?:{_NOT_OURS}))(?:[^{{}}\"]|\"[^\"\n]*\")*+\}}\}}|\{{%[^%]*+%\}}|\{{#[^#]*+#\}}|<%[^%]*+%>")
"""No repetition runs past a mark that opens, so that the search is linear in the text."""
_STATEMENT: Final = re.compile(rf"^[ \t]*+(?:(?:{_BRACES.pattern})[ \t]*+)++(?:\#.*)?$\n?", re.MULTILINE)
_WORDS: Final = re.compile(r"@[A-Z][A-Z0-9_]*@|%[A-Z][A-Z0-9_]*%|\{[A-Z][A-Z0-9_]*\}|\[\[[ ]*[.$\w][^\[\]\n]*\]\]")
_CONTROL: Final = re.compile(r"\{%|\{\{-?\s*(?:if|else|end|range|with|include|template|define|\.Values|\.Release)\b")
_OWN_BRACES: Final = re.compile(
    r"^kind:[ \t]*[\"']?(?:(?:Cluster)?ExternalSecret|PushSecret|PrometheusRule|AlertmanagerConfig|ApplicationSet)\b", re.MULTILINE
)
_PLACEHOLDER: Final = re.compile(
    r"\{\{[^{}]*+\}\}|\{%[^%]*+%\}|<%[^%]*+%>|\$\{[^{}]*+\}|\$\([^()]*+\)|<[^<>]++>|@[A-Z][A-Z0-9_]*@|%[A-Z][A-Z0-9_]*%|\{[A-Z][A-Z0-9_]*\}"
    r"|\A\$[A-Z][A-Z0-9_]*\Z|\A_+\Z|\A\.\.\.\Z|__[A-Z][A-Z0-9_]*__|PLACEHOLDER|REPLACE_?ME|CHANGE_?ME|(?:\A|[^A-Za-z])TODO(?:\Z|[^A-Za-z])"
)


def without_marks(text: str) -> str | None:
    """Text with a template's statements left out and a word in the place of each value; None when there are no such marks.

    Kinds whose own fields hold templates (an alert's annotations, an ExternalSecret's data) have them in quotes: for those, braces
    alone are no sign of a template.
    """
    if _OWN_BRACES.search(text) and not _CONTROL.search(text):
        return None
    bare = _WORDS.sub("x", _BRACES.sub("x", _STATEMENT.sub("", text)))
    return None if bare == text else bare


def has_marks(text: str) -> bool:
    """Whether text has a mark of a template anywhere, those that Prometheus and Alertmanager fill in included."""
    return "{{" in text or "{%" in text or "<%" in text


def is_placeholder(value: Json) -> bool:
    """Whether a value stands for one that is filled in before the object is applied: `${NAME}`, `<name>`, `[NAME]`."""
    if isinstance(value, list):
        return len(value) == 1 and isinstance(value[0], str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", value[0]) is not None
    return isinstance(value, str) and _PLACEHOLDER.search(value) is not None
