"""What stays the same of a finding while the rest of a repository moves: its fingerprint.

It is made of the policy, the environment, the ref, the keyed pointer and the policy's own subject. A keyed pointer names
an item of a list by what the item calls itself (`/spec/containers[name=order]/image`), so that an item inserted before
it renames nothing. Files, lines and messages are no part of it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.finding import Finding
from crema.policies.model.documents import Json, embedded
from crema.policies.model.manifest import Manifest
from crema.policies.model.steps import keys_of, step, token_of

_KEYS: Final = ("name", "alert", "record", "path", "host", "uid", "key", "metric", "kind", "containerPort", "port", "type")
"""By what an item of a list is called, the first that tells it from its siblings."""


def keyed_pointer(manifest: Manifest, pointer: str, inner: str = "") -> str:
    """A pointer into a manifest with keys in the place of positions; `#` leads into YAML that is text of it."""
    keyed, value = _keyed(manifest.body, pointer)
    return f"{keyed}#{_keyed(embedded(value) if isinstance(value, str) else value, inner)[0]}" if inner else keyed


def fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with its fingerprint: 16 hexadecimal digits. Findings that nothing tells apart are counted."""
    from hashlib import sha256  # here, since a clean run hashes nothing

    seen: dict[str, int] = {}
    for finding in findings:
        ref, at = finding.manifest.ref, keyed_pointer(finding.manifest, finding.pointer, finding.inner)
        parts = (finding.policy, finding.manifest.environment, ref.group, ref.kind, ref.namespace, ref.name, at, finding.subject)
        base = "\0".join(parts)
        seen[base] = seen.get(base, 0) + 1
        counted = base if seen[base] == 1 else f"{base}\0{seen[base]}"
        yield finding, sha256(counted.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]


def _keyed(body: Json, pointer: str) -> tuple[str, Json]:
    written = ""
    for key in keys_of(pointer):
        if isinstance(body, list) and key.isdecimal() and int(key) < len(body):
            written += f"[{_name(body, int(key))}]"
        else:
            written += f"/{token_of(key)}"
        body = step(body, key)
    return written, body


def _name(items: list[Json], position: int) -> str:
    """What an item is called among its siblings; its position when nothing tells it from them."""
    item = items[position]
    if not isinstance(item, dict):
        return str(position)
    for key in _KEYS:
        value = item.get(key)
        if isinstance(value, str | int) and sum(isinstance(one, dict) and one.get(key) == value for one in items) == 1:
            return f"{key}={value}"
    return str(position)
