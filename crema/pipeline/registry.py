"""The digest behind a tag, as a registry has it today: of the index where an image is for several architectures, as kubelet pulls it.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
"""

import hashlib
import re
from typing import Final
from urllib.parse import urlencode, urlsplit

import requests

from crema.pipeline.docker_config import DockerConfig, Login
from crema.pipeline.http import Answer, plain
from crema.pipeline.image_name import ImageName
from crema.pipeline.json_answer import Unexpected, item, parsed
from crema.pipeline.registry_auth import Challenge, challenges
from crema.pipeline.registry_error import RegistryError, Why, codes, missing, refused
from crema.pipeline.registry_http import RegistryHttp, Request
from crema.pipeline.retries import Clock

__all__ = ["DockerConfig", "Registries", "RegistryError", "Why"]

_PATIENCE: Final = 30.0
_TYPES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class Registries:
    """Whichever registries are asked, with docker's credentials.

    Args:
        config: docker's; read when a registry first asks who is there, so that open ones are asked without a name.
        session: to send with.
        clock: to wait by.
        patience: seconds that each registry may cost in waiting and failed attempts.

    """

    def __init__(
        self,
        *,
        config: DockerConfig | None = None,
        session: requests.Session | None = None,
        clock: Clock | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """Ask nothing yet."""
        self._config = config
        self._http = RegistryHttp(session or requests.Session(), clock or Clock(), patience)
        self._logins: dict[str, Login | None] = {}
        self._authorizations: dict[tuple[str, str], str] = {}

    def digest_of(self, repository: str, tag: str) -> str:
        """`sha256:…` of `repository:tag`.

        Raises:
            Stopped: that is not the name of an image.
            RegistryError: there is no digest, and why.

        """
        image = ImageName.of(repository, tag)
        answer = self._asked(image, "HEAD", f"manifests/{tag}")
        digest = answer.headers.get("docker-content-digest", "")
        # On Docker Hub a HEAD does not count as a pull: https://docs.docker.com/docker-hub/usage/pulls/
        if answer.status == 200 and _DIGEST.fullmatch(digest) and _kind(answer) in _TYPES:
            return digest
        # Some do not answer HEAD, or without a digest; and only a body says why there is none.
        answer = self._asked(image, "GET", f"manifests/{tag}")
        if answer.status == 404 and codes(answer):
            raise missing(image, answer, repository=self._has_no_repository(image, answer))
        if answer.status != 200:
            raise refused(image, answer, self._logins.get(image.registry), image.registry)
        if _kind(answer) not in _TYPES:
            sends = f"{image} is no image that has one digest: {image.registry} sends {plain(_kind(answer)) or 'no type'}"
            raise RegistryError(Why.BROKEN, f"{sends}; push it again with a builder of today, or see that this is a registry")
        found = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        told = answer.headers.get("docker-content-digest", "")
        if _DIGEST.fullmatch(told) and told != found:
            differs = f"{image.registry} says that {image} is {told}, and sends what is {found}"
            raise RegistryError(
                Why.BROKEN, f"{differs}; something on the way changes answers: look at the proxy, and at the registry's store"
            )
        return found

    def _has_no_repository(self, image: ImageName, answer: Answer) -> bool:
        """Some call every manifest that they do not have unknown, also of a repository that they do not have."""
        if "NAME_UNKNOWN" in codes(answer):
            return True
        try:
            return self._asked(image, "GET", "tags/list?n=1").status == 404
        except RegistryError:
            return False

    def _asked(self, image: ImageName, method: str, what: str) -> Answer:
        """The registry's last word, with credentials where it asks for them: 200, or a refusal."""
        key = (image.registry, image.repository)
        url = f"{image.url}/v2/{image.repository}/{what}"
        headers = {"Accept": ", ".join(_TYPES)}
        answer = self._http.ask(image, Request(method=method, url=url, headers=headers, authorization=self._authorizations.get(key)))
        if answer.status != 401:
            return answer
        # What was kept may be too old; what is new is refused once.
        authorization = self._authorized(image, challenges(answer.headers.get("www-authenticate", "")))
        if authorization is None:
            return answer
        self._authorizations[key] = authorization
        return self._http.ask(image, Request(method=method, url=url, headers=headers, authorization=authorization))

    def _authorized(self, image: ImageName, asked: tuple[Challenge, ...]) -> str | None:
        """The header that one of the challenges wants; None where there is nothing to give."""
        login = self._login(image.registry) if asked else None
        bearer = next((c for c in asked if c.scheme == "bearer"), None)
        if bearer is not None:
            return f"Bearer {self._token(image, bearer, login)}"
        return login.basic if login is not None and login.username and any(c.scheme == "basic" for c in asked) else None

    def _token(self, image: ImageName, challenge: Challenge, login: Login | None) -> str:
        """https://distribution.github.io/distribution/spec/auth/token/; with an identity token …/spec/auth/oauth/."""
        realm = challenge.parameters.get("realm", "")
        self._http.trust(image, realm, f"{image.registry} wants a token from")
        scopes = challenge.parameters.get("scope", "").split() or [f"repository:{image.repository}:pull"]
        fields = [("service", challenge.parameters["service"])] if "service" in challenge.parameters else []
        if login is not None and login.identity_token:
            fields += [("grant_type", "refresh_token"), ("client_id", "crema"), ("scope", " ".join(scopes))]
            body = urlencode([*fields, ("refresh_token", login.identity_token)]).encode()
            request = Request(method="POST", url=realm, headers={"Content-Type": "application/x-www-form-urlencoded"}, body=body)
        else:
            query = urlencode([*fields, *(("scope", scope) for scope in scopes)])
            url = f"{realm}{'&' if urlsplit(realm).query else '?'}{query}"
            request = Request(method="GET", url=url, authorization=None if login is None else login.basic)
        answer = self._http.ask(image, request)
        host = urlsplit(realm).netloc.rpartition("@")[2]
        if answer.status != 200:
            raise refused(image, answer, login, host)
        try:
            value = parsed(answer.body)
            token = item(value, str, "token" if isinstance(value, dict) and value.get("token") else "access_token")
            why = "" if token.isascii() and token.isprintable() and token else "has a token that is none"
        except Unexpected as unexpected:
            token, why = "", str(unexpected)
        if why:
            raise RegistryError(Why.BROKEN, f"{host} gives no token to read {image}: its answer {why}; run this again later")
        return token

    def _login(self, registry: str) -> Login | None:
        if registry not in self._logins:
            self._config = self._config or DockerConfig.read()
            self._logins[registry] = self._config.login(registry)
        return self._logins[registry]


def _kind(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()
