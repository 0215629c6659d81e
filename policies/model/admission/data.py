"""What ConfigMaps and Secrets hold. Nothing here quotes a value."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import CONFIG_KEY
from crema.policies.model.admission.refusal import Refusal, Refusals, mapping, shown, text
from crema.policies.model.values import Json

MOST: Final = 1 << 20
_JSON: Final = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    **{kind: (key,) for kind, key in _JSON.items()},
}
_ACCOUNT: Final = "kubernetes.io/service-account.name"


def config_map(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a ConfigMap."""
    data, binary = mapping(body.get("data")), mapping(body.get("binaryData"))
    yield from _keys(body, ("data", "binaryData"))
    for key in data:
        if key in binary:
            yield Refusal(
                ("data", key), "is a key of binaryData too; each key stands in one of both", "leave it out of data or of binaryData"
            )
    size = sum(len(text(value).encode()) for value in data.values()) + sum(_length(value) for value in binary.values())
    if size > MOST:
        yield Refusal(("data",) if data else ("binaryData",), _large(size), "split it, or put the files into an image or a volume")


def secret(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a Secret."""
    data, plain = mapping(body.get("data")), mapping(body.get("stringData"))
    yield from _keys(body, ("data", "stringData"))
    size = sum(len(text(value).encode()) for value in plain.values())
    size += sum(_length(value) for key, value in data.items() if key not in plain)
    if size > MOST:
        yield Refusal(("data",) if data else ("stringData",), _large(size), "split it")
    kind = text(body.get("type"))
    held = {*data, *plain}
    place = next((field for field in ("data", "stringData") if body.get(field)), "type")
    for key in _NEEDS.get(kind, ()):
        if key not in held:
            yield _without(place, kind, f"the key {key}", f"give it {key}, or the type Opaque")
        elif kind in _JSON:
            yield from _document(key, data, plain)
        elif kind.endswith("ssh-auth") and not (plain.get(key) or data.get(key)):
            yield _without(place, kind, f"anything in the key {key}", "give it a private key")
    if kind == "kubernetes.io/basic-auth" and not held & {"username", "password"}:
        yield _without(place, kind, "the keys username and password, of which one is required", "give it a username or a password")
    account = mapping(mapping(body.get("metadata")).get("annotations")).get(_ACCOUNT)
    if kind == "kubernetes.io/service-account-token" and not account:
        yield Refusal(("type",), f"is {kind}, and the annotation {_ACCOUNT} is missing; it is required", f"add the annotation {_ACCOUNT}")


def _without(place: str, kind: str, what: str, fix: str) -> Refusal:
    if place == "type":
        return Refusal(("type",), f"is {kind}, and the Secret lacks {what}", fix)
    return Refusal((place,), f"lacks {what}; a Secret of the type {kind} needs it", fix)


def _keys(body: Mapping[str, Json], fields: tuple[str, ...]) -> Refusals:
    for field in fields:
        for key in mapping(body.get(field)):
            if not CONFIG_KEY.fits(key):
                fix = f"write {key.replace('/', '_')}, and give the file its path where it is mounted" if "/" in key else ""
                yield Refusal((field, key), f"has the key {shown(key)}; {CONFIG_KEY.words} is required", fix)


def _document(key: str, data: Mapping[str, Json], plain: Mapping[str, Json]) -> Refusals:
    place = "stringData" if key in plain else "data"
    value = text(plain.get(key)) if key in plain else text(data.get(key))
    try:
        read = json.loads(value if place == "stringData" else base64.b64decode(value))
    except (ValueError, binascii.Error):
        read = ""
    if not (read is None or isinstance(read, dict)):
        yield Refusal((place, key), "is not a JSON object, which this type of Secret holds")


def _length(value: Json) -> int:
    """How many bytes base64 stands for."""
    written = text(value)
    return (len(written) - written.count("\n")) * 3 // 4 - written[-2:].count("=")


def _large(size: int) -> str:
    return f"has {size} bytes; at most {MOST} (1 MiB) are allowed"
