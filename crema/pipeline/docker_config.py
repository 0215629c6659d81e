"""The credentials that `docker login` left: in docker's own configuration, or in the helpers that it names.

https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

import base64
import binascii
import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crema.pipeline.image_name import HUB
from crema.pipeline.registry_error import RegistryError, Why, log_in

_HUB_KEY: Final = "https://index.docker.io/v1/"
_HELPER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]*")
_NOT_FOUND: Final = "credentials not found"
_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who asks: a name with a password, or a token that stands for both."""

    username: str
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of `Authorization`."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    def hidden(self, text: str) -> str:
        """A text of somebody else's without what is secret."""
        for secret in (self.password, self.identity_token, self.basic.removeprefix("Basic ")):
            text = text.replace(secret, "***") if secret else text
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerConfig:
    """What docker would send to which registry.

    Args:
        file: for messages.
        content: of config.json.
        environment: of the helpers.

    """

    file: Path
    content: Mapping[str, object] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "DockerConfig":
        """From `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`; one that is not there has no credentials.

        Raises:
            RegistryError: it cannot be read.

        """
        place = environment.get("DOCKER_CONFIG")
        file = (Path(place) if place else Path(environment.get("HOME", "~")).expanduser() / ".docker") / "config.json"
        try:
            content = json.loads(file.read_bytes())
            why = "" if isinstance(content, dict) else "holds no object"
        except (FileNotFoundError, NotADirectoryError):
            return cls(file=file, content={}, environment=environment)
        except OSError as error:
            content, why = None, f"cannot be read: {error.strerror}"
        except (ValueError, RecursionError):
            content, why = None, "is not JSON"
        # Raised here, where no exception that quotes the file stands behind it.
        if not isinstance(content, dict):
            raise RegistryError(Why.CREDENTIALS, f"{file} {why}; mend it, or set DOCKER_CONFIG to the directory of another")
        return cls(file=file, content=content, environment=environment)

    def login(self, registry: str) -> Login | None:
        """For a registry, by its host; None where docker would ask without a name.

        Raises:
            RegistryError: what is there cannot be used, or a helper fails.

        """
        key = _HUB_KEY if registry == HUB else registry
        helpers, store = self.content.get("credHelpers"), self.content.get("credsStore")
        helper = helpers.get(key, helpers.get(registry)) if isinstance(helpers, dict) else None
        helper = helper or store
        if helper:
            return self._asked(helper, key, registry)
        auths = self.content.get("auths")
        entries = auths if isinstance(auths, dict) else {}
        found = entries.get(key) or next((entry for name, entry in entries.items() if _host(name) == _host(key)), None)
        return self._kept(found, registry) if found else None

    def _kept(self, entry: object, registry: str) -> Login | None:
        values = entry if isinstance(entry, dict) else {}
        token, auth = values.get("identitytoken"), values.get("auth")
        username, password = values.get("username"), values.get("password")
        if isinstance(auth, str) and auth:
            username, password = _decoded(auth) or (None, None)
            if username is None and not token:
                again = f"run {log_in(registry)} again"
                raise RegistryError(Why.CREDENTIALS, f"{self.file}: auths has for {registry} no base64 of NAME:PASSWORD; {again}")
        if isinstance(token, str) and token:
            return Login(username=str(username or ""), password=str(password or ""), identity_token=token)
        if isinstance(username, str) and isinstance(password, str) and username:
            return Login(username=username, password=password)
        return None

    def _asked(self, helper: object, key: str, registry: str) -> Login | None:
        if not isinstance(helper, str) or not _HELPER.fullmatch(helper):
            raise RegistryError(Why.CREDENTIALS, f"{self.file}: the credential helper for {registry} has no name that a program could have")
        program = f"docker-credential-{helper}"
        try:
            status, out = _run(program, key, self.environment)
            why = f"ended with status {status}" if status else ""
        except FileNotFoundError:
            status, out, why = 0, "", "is not on PATH"
        except OSError as error:
            status, out, why = 0, "", f"cannot be started: {error.strerror}"
        except subprocess.TimeoutExpired:
            status, out, why = 0, "", f"gave no answer within {_SECONDS:.0f} s"
        if status and _NOT_FOUND in out:
            return None
        answer = _json(out) if not why else {}
        name, secret = answer.get("Username"), answer.get("Secret")
        if not why and isinstance(name, str) and isinstance(secret, str) and secret:
            return Login(username="", password="", identity_token=secret) if name == "<token>" else Login(username=name, password=secret)
        # What it said is not shown: it may be half a credential.
        try_it = f"try `echo {key} | {program} get`, or take it out of {self.file}"
        raise RegistryError(Why.CREDENTIALS, f"{program} has no credentials for {registry}: it {why or 'answers without them'}; {try_it}")


def _run(program: str, asked: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """The helper's status and output.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it is not done in time; it and what it started are gone.

    """
    with subprocess.Popen(
        [program, "get"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    ) as process:
        try:
            out, _ = process.communicate(asked.encode(), timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, out.decode(errors="replace")


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _decoded(auth: str) -> tuple[str, str] | None:
    """`NAME:PASSWORD`, which docker pads with zero bytes at times."""
    try:
        name, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password.strip("\0")) if colon and name else None


def _host(key: str) -> str:
    """What a key of `auths` names: `https://HOST/v1/` and `HOST` are the same."""
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]
