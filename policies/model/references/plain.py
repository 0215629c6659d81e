"""Whether a value is a secret in plain text, judged by the name that it has and by what it looks like."""

import math
import re
from collections import Counter
from functools import lru_cache
from typing import Final

from crema.policies.model.templates import is_placeholder

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "pass", "passphrase", "passcode"})
_TOKENS: Final = frozenset({"token", "secret", "credential", "credentials", "apikey", "bearer", "privatekey", "secretkey", "accesskey"})
_ENDS: Final = ("password", "passwd", "passphrase", "requirepass", "masterauth")
_TOKEN_ENDS: Final = ("token", "apikey", "secretkey", "clientsecret")
_OF_KEYS: Final = frozenset(
    {
        *("api", "access", "secret", "private", "encryption", "signing", "auth", "master", "account", "integration", "routing", "service"),
        *("license", "session", "cookie", "hmac", "crypto", "cipher", "host", "tls", "ssh", "app", "storage"),
    }
)
_NEUTRAL: Final = frozenset(
    {
        *("user", "username", "login", "host", "hostname", "port", "db", "database", "dbname", "name", "email", "url", "uri", "endpoint"),
        *("address", "addr", "server", "servers", "type", "region", "bucket", "project", "namespace", "path", "file", "dir", "issuer"),
        *("enabled", "crt", "cert", "certificate", "ca", "public", "pub", "id", "tenant", "account", "org", "mode", "driver", "schema"),
        *("protocol", "zone", "domain", "version", "method", "algorithm", "scope", "scopes", "insecure", "length", "ttl", "expiry"),
        *("fingerprint", "hash", "checksum", "digest", "realm", "label", "labels", "role", "group", "level", "profile", "class", "engine"),
    }
)
_RULES: Final = frozenset(
    {
        *("allow", "random", "require", "required", "enable", "disable", "show", "hide", "validate", "min", "max", "reset", "change"),
        *("forgot", "use", "no", "without", "expire", "ask"),
    }
)
"""Words of settings that say something about passwords: `MYSQL_ALLOW_EMPTY_PASSWORD`."""
_VARIABLE: Final = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_PLACEHOLDER: Final = re.compile(
    r"""(?ix)
    change[-_ ]?(?:me|this|it) | replace[-_ ]?(?:me|this|with|by)? | placeholder | to[-_ ]?be[-_ ]? | fill[-_ ]?(?:me|in) | redacted
    | omitted | \bset[-_ ]?me\b | \bdummy\b | \bfake\b | \bexample\b | \binsert[-_ ] | \byour[-_ ]? | ^x{3,}$
    | ^\*+$ | ^\.{3} | ^<.*>$ | ^-+$ | ^_+$
    | ^(?:none|null|nil|n/?a|todo|tbd|unset|undefined|empty|true|false|yes|no|on|off|enabled|disabled|required|optional|default|string)$
    """
)
_REFERRED: Final = re.compile(
    r"^(?:ENC\[|AgB|vault:|ref\+|op://|arn:|projects/|file:|env:|secretref:|awssm:|ssm:|sops:|\$ANSIBLE|<path:|!vault|\$__|%\(|\$|/|\./|~/)"
)
_HASHED: Final = re.compile(
    r"^(?:[^\s:]{1,60}:)?(?:\$(?:2[abxy]|apr1|1|5|6|7|y|argon2[id]{0,2}|pbkdf2[a-z0-9-]*|scram[a-z0-9-]*)\$|\{S?SHA|SCRAM-SHA|sha(?:1|256|512)[:$]|md5[:$0-9a-f]{30})"
)
_CODE: Final = re.compile(r"[(){}\[\]$`;]|=>|\bos\.|\bprocess\.")
_NAME: Final = re.compile(r"^[a-z][a-z0-9]*(?:[-._][a-z0-9]+)+$")
_HARMLESS: Final = re.compile(
    r"""(?ix)
    ^(?: -?[0-9]{1,9}(?:\.[0-9]+)? | [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12} | [a-z][a-z0-9+.-]*://\S* | [^\s@]+@[^\s@]+\.[a-z]{2,}
    | (?:[a-z0-9_-]+\.)+[a-z]{2,}(?::[0-9]+)?(?:/\S*)? | v?[0-9]+(?:\.[0-9]+)+\S* | sha(?:1|256|512)[:-]\S+ | [a-z]{2}(?:-[a-z]+)+-[0-9] )$
    """
)
_UUID: Final = re.compile(r"(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
"""Harmless as a name of something; under the name of a token it is one."""
_TOO_SHORT: Final = 4
_TOKEN_LENGTH: Final = 16
_BITS: Final = 3.3


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, whatever its style: `DB_PASSWORD`, `adminPassword`, `api-key`; a number at the end is none."""
    found = [word.lower() for word in _WORDS.findall(name)]
    while found and found[-1].isdecimal():
        found.pop()
    return tuple(found)


@lru_cache(maxsize=4096)
def is_password(name: str) -> bool:
    """Whether a field of this name holds a password, and nothing else than one."""
    parts = words(name)
    return bool(parts) and (parts[-1] in _PASSWORDS or parts[-1].endswith(_ENDS)) and _RULES.isdisjoint(parts)


@lru_cache(maxsize=4096)
def is_token(name: str) -> bool:
    """Whether a field of this name may hold a token, a key or another secret."""
    parts = words(name)
    return bool(parts) and (
        parts[-1] in _TOKENS or parts[-1].endswith(_TOKEN_ENDS) or (parts[-1] == "key" and len(parts) > 1 and parts[-2] in _OF_KEYS)
    )


@lru_cache(maxsize=4096)
def is_neutral(name: str) -> bool:
    """Whether a name says that there is nothing secret in it."""
    parts = words(name)
    return not parts or (parts[-1] in _NEUTRAL and not is_password(name))


def is_written_out(value: str) -> bool:
    """Whether a value stands there itself: no placeholder, no reference to where it is, no cipher, no hash, no path, no code."""
    text = value.strip()
    if not text or is_placeholder(text) or _PLACEHOLDER.search(text) or _REFERRED.match(text) or _HASHED.match(text):
        return False
    if _VARIABLE.match(text):
        return False
    return not text.startswith(("-----BEGIN CERTIFICATE", "-----BEGIN PUBLIC", "ssh-rsa ", "ssh-ed25519 ", "ecdsa-"))


def is_a_password(value: str) -> bool:
    """Whether a value of a field that holds a password is one: anything at all that is written out, but for code."""
    return is_written_out(value) and "\n" not in value.strip() and _CODE.search(value[1:]) is None


def is_a_token(value: str) -> bool:
    """Whether a value of a field that may hold a token is one: it is no name, no number and no address."""
    text = value.strip()
    plain = is_written_out(text) and " " not in text and "\n" not in text and len(text) >= _TOO_SHORT * 2 and _CODE.search(text) is None
    return plain and not _NAME.match(text) and (not _HARMLESS.match(text) or _UUID.match(text) is not None)


def is_random(value: str) -> bool:
    """Whether a value looks drawn by lot: long, of more than one sort of letters, and with much to each of them; or a UUID."""
    text = value.strip()
    if _UUID.match(text):
        return entropy(text) >= _BITS
    if len(text) < _TOKEN_LENGTH or any(letter.isspace() for letter in text) or _HARMLESS.match(text) or _CODE.search(text):
        return False
    sorts = sum(any(test(letter) for letter in text) for test in (str.islower, str.isupper, str.isdecimal))
    return sorts > 1 and any(map(str.isdecimal, text)) and entropy(text) >= _BITS and is_written_out(text) and not _NAME.match(text)


def entropy(text: str) -> float:
    """Shannon's entropy of the letters of a text, in bits for each."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0
