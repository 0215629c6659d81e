"""A policy as a rule of SARIF."""

import re
from typing import Any, Final

from crema.policies.report.details import cut
from crema.policies.report.report import Rule
from crema.policies.report.text import escaped

_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS: Final = {"error": "error", "warning": "warning", "info": "recommendation"}
_LONGEST: Final = 1024
"""GitHub shows no more of a description; of a name it shows 255 characters."""
_LONGEST_NAME: Final = 255
_URL: Final = re.compile(r"https?://[^\s<>\"'`\\^{|}\[\]\x80-\U0010ffff]*[^\s<>\"'`\\^{|}\[\].,;:!?()\x80-\U0010ffff]")


def rule(described: Rule) -> dict[str, Any]:
    """Its law, why, how to mend a finding, and where it comes from. Texts of policies are Markdown already."""
    parts = {"Why": described.why, "Fix": described.fix, "Source": described.source}
    law, said = escaped(described.law), {name: escaped(text) for name, text in parts.items() if text}
    more = f"crema explain {escaped(described.id)}"
    text = "\n\n".join([law, *(f"{name}: {part}" for name, part in said.items()), f"More: {more}"])
    markdown = "\n\n".join([law, *(f"**{name}:** {part}" for name, part in said.items()), f"**More:** `{more}`"])
    found, why = _URL.search(described.source), said.get("Why", "")
    return {
        "id": escaped(described.id),
        "name": cut("".join(word.capitalize() for word in escaped(described.id).split("-")), _LONGEST_NAME),
        "shortDescription": {"text": cut(law, _LONGEST)},
        "fullDescription": {"text": cut(f"{law} {why[:1].upper()}{why[1:]}".rstrip(), _LONGEST)},
        "help": {"text": text, "markdown": markdown},
        **({} if found is None else {"helpUri": found[0]}),
        "defaultConfiguration": {"level": _LEVELS[described.severity]},
        "properties": {
            "basis": described.basis,
            "waivable": described.waivable,
            "problem.severity": _PROBLEMS[described.severity],
            "tags": [escaped(described.id).split("-")[0], described.basis],
        },
    }
