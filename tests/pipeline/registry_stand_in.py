"""A registry on this machine that asks for credentials in every way there is, and its token server."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from tests.pipeline.wire import Heard, Said, serving

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
USER, PASSWORD, IDENTITY, TOKEN = "AWS", "pa55:wörd", "1dent1ty-t0ken", "t0ken-of-the-server"


def basic(user: str = USER, password: str = PASSWORD) -> str:
    """What docker keeps in `auth`."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclass(slots=True, kw_only=True)
class Shelf:
    """A registry.

    Args:
        auth: how it asks who is there. realm: where its tokens are; empty for its own token server.
        anonymous: its token server serves whoever has no name too.
        head: whether it answers HEAD. digest: whether it says the digest, or what it says in its stead.
        scope: whether its challenge names one.
        code: what it calls a manifest that it does not have, in a repository that it does not have either.
        script: answers instead of its own, in order.

    """

    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    auth: Literal["none", "basic", "bearer"] = "none"
    realm: str = ""
    anonymous: bool = False
    head: bool = True
    digest: bool | str = True
    scope: bool = True
    code: str = "NAME_UNKNOWN"
    script: list[Said] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        """As it stands before a repository's name."""
        return self.url.removeprefix("http://")

    def put(self, repository: str, tag: str, value: dict[str, Any], kind: str = INDEX) -> str:
        """A manifest; its digest."""
        body = json.dumps(value).encode()
        self.manifests[repository, tag] = (kind, body)
        return f"sha256:{hashlib.sha256(body).hexdigest()}"

    def answer(self, heard: Heard) -> Said:
        """What a request gets."""
        self.heard.append(heard)
        if self.script:
            return self.script.pop(0)
        if heard.path == "/token":
            return self._token(heard)
        wants = re.fullmatch(r"/v2/(?P<name>.+)/(manifests/(?P<tag>[^/]+)|tags/list)", heard.path)
        if wants is None:
            return Said(status=404, body=b"404 page not found")
        return self._who(heard, wants["name"]) or self._manifest(heard.method, wants["name"], wants["tag"])

    def _who(self, heard: Heard, name: str) -> Said | None:
        wanted = {"none": None, "basic": f"Basic {basic()}", "bearer": f"Bearer {TOKEN}"}[self.auth]
        if wanted is None or heard.headers.get("authorization") == wanted:
            return None
        scope = f',scope="repository:{name}:pull"' if self.scope else ""
        bearer = f'Bearer realm="{self.realm or self.url + "/token"}",service="here"{scope}'
        challenge = bearer if self.auth == "bearer" else f'Basic realm="{self.url}/",service="here"'
        return _error(401, "UNAUTHORIZED", "authentication required", **{"WWW-Authenticate": challenge})

    def _manifest(self, method: str, name: str, tag: str | None) -> Said:
        known = any(name == one for one, _ in self.manifests)
        if tag is None:
            return Said(status=200, body=b"{}") if known else _error(404, "NAME_UNKNOWN", "repository name not known to registry")
        found = self.manifests.get((name, tag))
        if found is None:
            code = "MANIFEST_UNKNOWN" if known else self.code
            return _error(404, code, "manifest unknown" if code == "MANIFEST_UNKNOWN" else "repository name not known to registry")
        if method == "HEAD" and not self.head:
            return Said(status=405)
        kind, body = found
        told = self.digest if isinstance(self.digest, str) else f"sha256:{hashlib.sha256(body).hexdigest()}"
        return Said(status=200, headers={"Content-Type": kind} | ({"Docker-Content-Digest": told} if self.digest else {}), body=body)

    def _token(self, heard: Heard) -> Said:
        if heard.method == "POST":
            given = parse_qs(heard.body.decode())
            right = given.get("refresh_token") == [IDENTITY] and given.get("grant_type") == ["refresh_token"] and given.get("client_id")
            return (
                _json({"access_token": TOKEN, "expires_in": 300})
                if right
                else _error(401, "UNAUTHORIZED", f"{given.get('refresh_token')} is no token")
            )
        name = heard.headers.get("authorization")
        if name == f"Basic {basic()}" or (name is None and self.anonymous):
            return _json({"token": TOKEN, "expires_in": 300, "issued_at": "2026-11-24T10:00:00Z"})
        return _error(401, "UNAUTHORIZED", f"incorrect username or password: {name}")


@contextmanager
def registry(**settings: Any) -> Iterator[Shelf]:
    """A stand-in, until the end of the block."""
    shelf = Shelf(**settings)
    with serving(shelf.answer) as url:
        shelf.url = url
        yield shelf


def _json(value: object) -> Said:
    return Said(status=200, headers={"Content-Type": "application/json"}, body=json.dumps(value).encode())


def _error(status: int, code: str, message: str, **headers: str) -> Said:
    body = json.dumps({"errors": [{"code": code, "message": message, "detail": {}}]}).encode()
    return Said(status=status, headers={"Content-Type": "application/json", **headers}, body=body)
