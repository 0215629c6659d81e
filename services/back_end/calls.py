"""Calls of other back ends: every failure names the one that was called and says whether it may have done what was asked."""

from __future__ import annotations

from typing import Any

import httpx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.trace import TracerProvider

from services.back_end.failures import Refused, Unavailable, Unknown

# A callee has its own limits (services/back_end/database.py), which end before these do: then it says itself what happened.
_TIMEOUT = httpx.Timeout(connect=2, read=12, write=4, pool=4)
# Servers of this package keep an idle connection for longer than this, so that none is closed while a request is on its way.
_LIMITS = httpx.Limits(keepalive_expiry=30)
_LONGEST_DETAIL = 300


class Callee:
    """Another back end.

    Args:
        name: of its service, for messages. url: what the paths of its routes are appended to.
        provider: makes a span of each call, whose context goes along.

    """

    def __init__(self, name: str, url: str, provider: TracerProvider) -> None:
        self.name = name
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT, limits=_LIMITS, trust_env=False)
        HTTPXClientInstrumentor().instrument_client(self._client, tracer_provider=provider)

    def post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """The object it answers.

        Raises:
            Refused: it said that this cannot be (409), in its own words; nothing was done.
            Unavailable: it cannot be reached or says that it cannot do it now; nothing was done.
            Unknown: it broke off, took too long, or answered what it should not; it may have been done.

        """
        try:
            answer = self._client.post(path, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as broken:
            raise Unavailable(f"{self.name} cannot be reached; nothing was done, try again later") from broken
        except httpx.TimeoutException as slow:
            raise Unknown(502, f"{self.name} did not answer in time; it may have been done or not") from slow
        except httpx.HTTPError as broken:
            raise Unknown(502, f"{self.name} broke off; it may have been done or not") from broken
        if answer.status_code == 409:
            raise Refused(409, _detail(answer))
        if 400 <= answer.status_code < 500 or answer.status_code == 503:
            raise Unavailable(f"{self.name}: {_detail(answer)}")
        found = _object(answer)
        if not answer.is_success or found is None:
            raise Unknown(502, f"{self.name} answered {answer.status_code}: {_detail(answer)}")
        return found


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _detail(answer: httpx.Response) -> str:
    detail = (_object(answer) or {}).get("detail")
    return detail[:_LONGEST_DETAIL] if isinstance(detail, str) else f"it answered {answer.status_code} without a reason"
