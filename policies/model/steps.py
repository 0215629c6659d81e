"""The steps of a JSON pointer (RFC 6901): how a key is written in one, and where one leads in a value."""

from collections.abc import Iterator

from crema.policies.model.values import Json


def token_of(key: str) -> str:
    """A key as a pointer writes it."""
    return key.replace("~", "~0").replace("/", "~1")


def key_of_token(token: str) -> str:
    """The key that a pointer writes so."""
    return token.replace("~1", "/").replace("~0", "~")


def keys_of(pointer: str) -> Iterator[str]:
    """The keys and positions of a pointer, from the top."""
    yield from map(key_of_token, pointer.split("/")[1:])


def step(body: Json, key: str) -> Json:
    """The value at a key of a mapping or a position of a list; None where there is none."""
    if isinstance(body, dict):
        return body.get(key)
    if isinstance(body, list) and key.isdecimal() and int(key) < len(body):
        return body[int(key)]
    return None


def value_at(body: Json, pointer: str) -> Json:
    """The value at a pointer; None where there is none."""
    for key in keys_of(pointer):
        body = step(body, key)
    return body
