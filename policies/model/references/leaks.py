"""Secrets in plain text: where they stand in an object, and what each is, in words. Never the value itself."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.references.formats import known_format
from crema.policies.model.references.plain import (
    is_a_password,
    is_a_token,
    is_neutral,
    is_password,
    is_random,
    is_token,
    is_written_out,
)

_SEALED: Final = frozenset({("bitnami.com", "SealedSecret"), ("apiextensions.k8s.io", "CustomResourceDefinition")})
_NAMES_ONLY: Final = frozenset(
    {"ExternalSecret", "ClusterExternalSecret", "PushSecret", "SecretStore", "ClusterSecretStore", "SecretProviderClass", "Password"}
)
"""Kinds whose fields of such names say where a secret is and how it is called."""
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_DOCKER: Final = frozenset({".dockerconfigjson", ".dockercfg", "config.json"})
_KEYWORDS: Final = ("pass", "pwd", "token", "secret", "key", "credential", "identified")
_LINE: Final = re.compile(r"""^\s*(?:export\s+|-\s+)?["']?(?P<name>[A-Za-z][\w.-]{1,80})["']?\s*(?P<sign>[:=])\s*(?P<value>\S.*?),?\s*$""")
_IN_SQL: Final = re.compile(r"(?i)identified\s+(?:with\s+\S+\s+)?by\s+'(?P<value>[^']{1,100})'")
_ARGUMENT: Final = re.compile(r"(?:^|\s)--?(?P<name>[a-z][\w-]{1,60})[=\s]+(?P<value>[^\s=]\S{2,200})")
_ASSIGNED: Final = re.compile(r"(?:^|[\s;&])(?P<name>[A-Z][A-Z0-9_]{2,60})=(?P<value>[^\s;&]{1,200})")
_PAIR: Final = re.compile(r'"(?P<name>[A-Za-z][\w.-]{1,60})"\s{0,4}:\s{0,4}"(?P<value>[^"\\\n]{1,200})"')
_SCRIPTS: Final = (".sh", ".py", ".js", ".ts", ".lua", ".go", ".rb", ".pl", ".php", ".tpl", ".tmpl", ".md", ".html", ".sql")
_LONGEST: Final = 400
_LITERALS: Final = "literals"
"""Where a kustomization has `name=value`: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/secretgenerator/"""
_COMMENT: Final = ("#", ";", "//", "--", "<!--")
_BYTES: Final = 8
_ZIPPED: Final = b"\x1f\x8b"

_Way = tuple["_Way", str | int, Json] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One secret in plain text: the place, and what it is."""

    node: Node
    what: str


def leaks(manifest: Manifest) -> Iterator[Leak]:
    """Every secret that stands in an object or a document as it is."""
    group, kind = manifest.ref.group, manifest.ref.kind
    if (group, kind) in _SEALED:
        return
    if not group and kind == "Secret":
        yield from _in_secret(manifest.root)
        yield from _in_mapping(manifest.root.child("metadata", manifest.body.get("metadata")), manifest)
    else:
        yield from _in_mapping(manifest.root, manifest)


def _in_secret(root: Node) -> Iterator[Leak]:
    """The values of a Secret: it is plain text, in base64 or not."""
    for field in ("stringData", "data"):
        held = root.value.get(field) if isinstance(root.value, dict) else None
        top = root.child(field, held)
        for key, value in held.items() if isinstance(held, dict) else ():
            if isinstance(value, str):
                what = _of_secret(key, value, encoded=field == "data")
                if what:
                    yield Leak(node=top.child(key, value), what=what)


def _of_secret(key: str, value: str, *, encoded: bool) -> str:
    """What a value of a Secret is, in words; empty when it is no secret."""
    raw = _decoded(value) if encoded else value.encode()
    if not is_written_out(value.lstrip("/") if encoded else value) or raw.startswith(_ZIPPED):
        return ""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return f"the value of {key}" if len(raw) >= _BYTES and not is_neutral(key) else ""
    known = known_format(text)
    if known or key in _DOCKER:
        return known or ("the login to a registry" if _logs_in(text) else "")
    if not is_written_out(text) or is_neutral(key):
        return ""
    return _in_text(key, text) if "\n" in text.strip() else _of_value(key, text)


def _of_value(key: str, text: str) -> str:
    """A single value of a Secret: by the name of its key anything, else what looks like a secret."""
    secret = is_password(key) or is_token(key) or is_a_token(text)
    return f"the value of {key}" if secret and " " not in text.strip() else ""


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return value.encode()


def _logs_in(text: str) -> bool:
    """Whether the configuration of a registry's client has a password in it."""
    try:
        body = json.loads(text)
    except ValueError:
        return False
    hosts = body.get("auths", body) if isinstance(body, dict) else {}
    entries = hosts.values() if isinstance(hosts, dict) else ()
    return any(isinstance(entry, dict) and is_written_out(str(entry.get(key) or "")) for entry in entries for key in ("password", "auth"))


def _in_mapping(top: Node, manifest: Manifest) -> Iterator[Leak]:
    """Every text at and below a node, judged by its name; `env` entries by theirs."""
    below: list[tuple[Json, str, _Way]] = [(top.value, "", None)]
    while below:
        value, name, way = below.pop()
        if isinstance(value, str):
            what = _of_text(name, value, manifest)
            if what:
                yield Leak(node=_at(top, way), what=what)
        elif isinstance(value, dict):
            said = value.get("name") if "value" in value and {"name", "value"} <= value.keys() <= {"name", "value", "forceString"} else None
            below += [(item, said if key == "value" and isinstance(said, str) else key, (way, key, item)) for key, item in value.items()]
        elif isinstance(value, list):
            yield from _separate(top, way, value)
            below += [(item, name if isinstance(item, str) else "", (way, index, item)) for index, item in enumerate(value)]


def _at(top: Node, way: _Way) -> Node:
    """The node at the end of a way: every text is looked at, and nodes are made of the few that say something."""
    if way is None:
        return top
    above, key, value = way
    return _at(top, above).child(key, value)


def _separate(top: Node, way: _Way, items: list[Json]) -> Iterator[Leak]:
    """Arguments whose value is the next one: `[--password, …]`."""
    for index, (item, following) in enumerate(pairwise(items)):
        if isinstance(item, str) and item.startswith("-") and isinstance(following, str) and not following.startswith("-"):
            name = item.lstrip("-")
            if "=" not in name and ((is_password(name) and is_a_password(following)) or (is_token(name) and is_random(following))):
                yield Leak(node=_at(top, (way, index + 1, following)), what=f"the value of {item}")


def _of_text(name: str, value: str, manifest: Manifest) -> str:
    known = known_format(value)
    if known or name == _LAST_APPLIED:
        return known or _of_last_applied(value)
    if name == _LITERALS:
        name, _, value = value.partition("=")
    if "\n" in value or value.startswith(("{", "[")):
        return _in_text(name, value)
    if not is_neutral(name) and _by_name(name, value, elsewhere=manifest.ref.kind in _NAMES_ONLY):
        return f"the value of {name}"
    return _in_argument(value) if value.startswith("-") or name in {"args", "command"} else ""


def _by_name(name: str, value: str, *, elsewhere: bool) -> bool:
    """Whether a value is what its name says. `elsewhere`: in this kind such names say where a secret is. A variable's name is certain,
    a field's may mean the name of something.
    """
    if is_password(name):
        return not elsewhere and is_a_password(value)
    return is_token(name) and (is_a_token(value) if name.isupper() and not elsewhere else is_random(value))


def _in_argument(value: str) -> str:
    for pattern, sign in ((_ARGUMENT, "--"), (_ASSIGNED, "")):
        for found in pattern.finditer(value[:_LONGEST]):
            name, given = found["name"], found["value"].strip("\"'")
            if (is_password(name) and is_a_password(given)) or (is_token(name) and is_random(given)):
                return f"the value of {sign}{name}"
    return ""


def _in_text(name: str, text: str) -> str:
    """The first secret in a file: in lines `name: value` or `name=value`, and in SQL. In a script only what is in quotes is a value."""
    script = name.endswith(_SCRIPTS) or text.startswith("#!")
    lowered = text.lower()
    if not any(keyword in lowered for keyword in _KEYWORDS):
        return ""
    for line in text.splitlines():
        small = line.lower()
        if any(keyword in small for keyword in _KEYWORDS):
            what = _in_line(line, script=script) if len(line) <= _LONGEST else _in_pairs(line)
            if what:
                return what
    return ""


def _in_pairs(line: str) -> str:
    """The first secret among the pairs of JSON in a line, however long."""
    for pair in _PAIR.finditer(line):
        if _by_name(pair["name"], pair["value"], elsewhere=False):
            return f"the value of {pair['name']}"
    return ""


def _in_line(line: str, *, script: bool) -> str:
    if line.lstrip().startswith(_COMMENT):
        return ""
    sql = _IN_SQL.search(line)
    if sql is not None and is_a_password(sql["value"]):
        return "the password of a database's user"
    return _in_pairs(line) or _in_assignment(line, script=script)


def _in_assignment(line: str, *, script: bool) -> str:
    found = _LINE.match(line)
    if found is None:
        return ""
    name, value = found["name"], found["value"]
    quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
    bare = value[1:-1] if quoted else re.sub(r"\s[#;].*$", "", value)
    if (script and not quoted) or (not quoted and " " in bare) or is_neutral(name):
        return ""
    return f"the value of {name}" if (is_password(name) and is_a_password(bare)) or (is_token(name) and is_random(bare)) else ""


def _of_last_applied(value: str) -> str:
    """What kubectl keeps of a Secret that it applied: all of its values."""
    try:
        body: Json = json.loads(value)
    except ValueError:
        return ""
    if not isinstance(body, dict) or body.get("kind") != "Secret":
        return ""
    for field in ("stringData", "data"):
        held = body.get(field)
        for key, item in held.items() if isinstance(held, dict) else ():
            if isinstance(item, str) and _of_secret(key, item, encoded=field == "data"):
                return "what was last applied of a Secret"
    return ""
