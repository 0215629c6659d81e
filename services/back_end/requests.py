"""Around every request: its line in the log, and answers for what no route has an answer for."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.back_end.failures import Failure
from services.back_end.logs import FIELDS

_log = logging.getLogger(__name__)


class Logged:
    """Writes a line a request, and answers 500 in JSON where the code inside broke, with the traceback in the log alone.

    A probe that succeeds is no line: there are thousands a day of them, and each has its span.
    """

    def __init__(self, app: ASGIApp, health: str) -> None:
        self._app = app
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as broken:  # noqa: BLE001 - whatever it was, somebody waits for an answer
            _log.error("the code of this route broke", exc_info=broken)
            trace.get_current_span().record_exception(broken)
            if not status:
                await JSONResponse({"detail": "this service broke; it may have been done or not"}, 500)(scope, receive, noting)
        finally:
            request = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "duration_ms": round((time.perf_counter() - began) * 1000, 1),
            }
            level = logging.ERROR if status >= 500 or not status else logging.INFO
            if scope["path"] == self._health and status == 200:
                level = logging.DEBUG
            _log.log(level, "%s %s %s", scope["method"], scope["path"], status or "broke off", extra={FIELDS: request})


def answer_failures(app: FastAPI) -> None:
    """Every answer that is no success is an object with a sentence as its detail."""

    @app.exception_handler(Failure)
    async def failed(_: Request, failure: Failure) -> JSONResponse:
        if failure.status >= 500:
            cause = failure.__cause__
            # Of the cause the message alone: it names hosts and accounts, and what was sent is not in it.
            _log.error("%s%s", failure.detail, f" ({type(cause).__name__}: {cause})" if cause else "")
        return JSONResponse({"detail": failure.detail}, failure.status)

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, invalid: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": _sentence(invalid.errors())}, 422)


def _sentence(errors: Sequence[Any]) -> str:
    # A location begins with where in the request it is ("body"); what was sent is not repeated.
    return "; ".join(
        f"{'.'.join(ascii(part)[1:-1] if isinstance(part, str) else str(part) for part in error['loc'][1:]) or 'the body'}: {error['msg']}"
        for error in errors
    )
