"""Requests to a registry and to what it sends us on to: asked again where that helps, followed where that is safe."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from crema.pipeline.http import LOCAL_HOSTS, Answer, Credential, Lost, origin, retry_after, send
from crema.pipeline.image_name import ImageName
from crema.pipeline.registry_error import RegistryError, Why
from crema.pipeline.retries import Clock, Retries, Trouble

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: `authorization` is the value of the header, for the host of the URL alone."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    authorization: str | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)


class RegistryHttp:
    """Each registry, with what it names, loses at most `patience` seconds to troubles: one that is away takes nothing from the others."""

    def __init__(self, session: requests.Session, clock: Clock, patience: float) -> None:
        """Ask nothing yet."""
        self._session = session
        self._clock = clock
        self._patience = patience
        self._retries: dict[str, Retries] = {}

    def ask(self, image: ImageName, request: Request) -> Answer:
        """An answer that is no redirect, and no trouble that passes.

        Raises:
            RegistryError: none came.

        """
        retries = self._retries.setdefault(image.registry, Retries(seconds=self._patience, clock=self._clock))
        host = urlsplit(request.url).netloc

        def attempt() -> Answer | RegistryError | Trouble:
            answer = self._followed(image, request)
            if isinstance(answer, Lost) and answer.lasting:
                why = Why.UNTRUSTED if "trusted" in answer.why or "TLS" in answer.why else Why.BROKEN
                do = "see that the name of the registry is right, and that this machine trusts it"
                return RegistryError(why, f"{image} cannot be looked up: {host} {answer.why}; {do}")
            if isinstance(answer, Lost):
                return Trouble(why=answer.why)
            if answer.status == 429 or answer.status >= 500:
                return Trouble(why=f"answers {answer.status}", status=answer.status, wait=retry_after(answer.headers, self._clock))
            return answer

        result: Answer | RegistryError | Trouble = retries.ask(attempt)
        if isinstance(result, Trouble):
            result = self._given_up(image, host, result)
        if isinstance(result, RegistryError):
            raise result
        return result

    def trust(self, image: ImageName, url: str, who: str) -> None:
        """Credentials and answers go by TLS, but for a registry on this machine and what it names there.

        Raises:
            RegistryError: this URL's would not; `who` begins the sentence.

        """
        try:
            scheme, host, _ = origin(url)
        except ValueError:
            scheme, host = "", ""
        if not host:
            raise RegistryError(Why.BROKEN, f"{who} what is no address of a web server; see that {image.registry} is a registry")
        if scheme != "https" and not (host in LOCAL_HOSTS and image.url.startswith("http://")):
            raise RegistryError(Why.UNTRUSTED, f"{who} http://{host}, where anybody on the way can read and change it; let it use https://")

    def _followed(self, image: ImageName, request: Request) -> Answer | Lost:
        """At the end of redirects; who is not the first host sees no credential."""
        first = origin(request.url)
        for _ in range(_MOST_REDIRECTS + 1):
            url = request.url
            credential = Credential(request.authorization if origin(url) == first else None)
            answer = send(
                self._session, self._clock, request.method, url, headers=request.headers, credential=credential, body=request.body
            )
            if isinstance(answer, Lost) or answer.status not in _REDIRECTS:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            self.trust(image, url, f"{image.registry} sends {image} on to")
            # A body may be a credential: it goes nowhere else.
            request = replace(request, url=url) if request.body is None or origin(url) == first else Request(method="GET", url=url)
        return Lost(why=f"redirects more than {_MOST_REDIRECTS} times", lasting=True)

    def _given_up(self, image: ImageName, host: str, trouble: Trouble) -> RegistryError:
        failed = f"{image} cannot be looked up: {host}"
        if trouble.status == 429:
            later = "later" if trouble.wait is None else f"in {trouble.wait:.0f} s"
            return RegistryError(
                Why.LIMITED,
                f"{failed} limits how often it may be asked (429); run this again {later}; with credentials the limit is higher",
            )
        why = Why.UNREACHABLE if trouble.status is None else Why.BROKEN
        return RegistryError(why, f"{failed} {trouble.why}; run this again later, {self._patience:.0f} s of trying were not enough")
