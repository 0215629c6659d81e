"""What is written about a policy: its page for a terminal, and the one page of all of them in Markdown."""

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from textwrap import dedent, fill, indent
from typing import Any, Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.policy import Policy

_WIDTH: Final = 100
_LONGEST: Final = 400
_BASIS: Final = {
    "breaks": "breaks: it can name the request, alert, sync or byte that is lost; on everywhere",
    "house": "house: a convention of one platform; off unless the configuration says `house = true`",
}


def facts_of(policy: Policy[Any]) -> list[tuple[str, str]]:
    """What a person asks first: severity, basis, whether it may be waived, parameters, where it stands."""
    rows = [
        ("severity", policy.severity),
        ("basis", _BASIS[policy.basis]),
        ("waivable", "yes" if policy.waivable else "no: nobody may waive it"),
    ]
    rows += [
        (f"parameter {one.name}", f"{one.what} (default: {'none' if one.default is None else _listed(one.default)})")
        for one in policy.parameters
    ]
    return rows


def page(policy: Policy[Any]) -> str:
    """The page of one policy, for a terminal."""
    parts = [policy.id, fill(policy.section("law"), _WIDTH)]
    parts += [
        f"{name}: {fill(policy.section(name.lower()), _WIDTH - 5)}" for name in ("Why", "Fix", "Source") if policy.section(name.lower())
    ]
    parts += [fill(paragraph, _WIDTH) for paragraph in notes(policy)]
    parts.append("\n".join(f"{name}: {value}" for name, value in facts_of(policy)))
    parts += [f"Allowed: {example.name}\n{_manifests(example)}" for example in policy.allowed]
    parts += [f"Denied: {example.name}\n{_manifests(example)}\n{_said(example)}" for example in policy.denied]
    return "\n\n".join(parts) + "\n"


def notes(policy: Policy[Any]) -> list[str]:
    """The paragraphs of the docstring that carry no label."""
    paragraphs = cleandoc(policy.__doc__ or "").split("\n\n")[1:]
    return [" ".join(part.split()) for part in paragraphs if not re.match(r"(Why|Fix|Source):", part)]


def markdown(policies: Iterable[Policy[Any]]) -> str:
    """One page of all policies: a table, then each with its law, its reasons and its examples."""
    every = sorted(policies, key=lambda policy: policy.id)
    lines = [
        "# Policies",
        "",
        "Made by `crema rules --format markdown > docs/policies.md`; a test holds it to be current.",
        "`crema explain POLICY` prints one, with the manifests of all of its examples.",
        "",
        "| policy | severity | basis | waivable | what must hold |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{one.id}`](#{one.id}) | {one.severity} | {one.basis} | {'yes' if one.waivable else 'no'} | {_cell(one.section('law'))} |"
        for one in every
    ]
    for policy in every:
        lines += ["", f"## {policy.id}", "", *_section(policy)]
    return "\n".join(lines) + "\n"


def _section(policy: Policy[Any]) -> Iterator[str]:
    yield policy.section("law")
    for name in ("Why", "Fix", "Source"):
        if policy.section(name.lower()):
            yield from ("", f"**{name}:** {policy.section(name.lower())}")
    for paragraph in notes(policy):
        yield from ("", paragraph)
    yield ""
    yield from (f"- {name}: {value}" for name, value in facts_of(policy))
    if policy.allowed:
        yield from ("", "Allowed:", "")
        yield from (f"- {example.name}" for example in policy.allowed)
    if policy.denied:
        yield from ("", "Denied:", "")
    for example in policy.denied:
        yield f"- {example.name}"
        yield from (f"  - `{place}`: {message}" for place, message in _places(example))
    for first in policy.denied[:1]:
        yield from ("", f"<details><summary>{first.name}</summary>", "", "```yaml", _yaml(first), "```", "", "</details>")


def _places(example: Denied) -> list[tuple[str, str]]:
    """Where the policy says something of an example, and what."""
    pinned = sorted(example.pinned(), key=lambda pin: (pin.at, pin.pointer, pin.message))
    return [(f"{pin.at} {pin.pointer or '/'}", pin.message) for pin in pinned]


def _said(example: Denied) -> str:
    """What the policy says of an example, place by place."""
    return "\n".join(f"{place}: {message}" for place, message in _places(example))


def _yaml(example: Example | Denied) -> str:
    """An example as YAML, its files and documents under their names. Of a line that is long on purpose only the beginning is shown."""
    parts = [dedent(example.manifests).strip("\n")]
    named = [*example.files.items(), *example.documents.items()]
    parts += [f"# {name}\n" + dedent(text).strip("\n") for name, text in named]
    whole = "\n---\n".join(part for part in parts if part)
    return "\n".join(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in whole.splitlines())


def _manifests(example: Example | Denied) -> str:
    return indent(_yaml(example), "    ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _listed(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
