"""A back end from its start to its end."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from fastapi import APIRouter, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider

from services.back_end import logs, traces
from services.back_end.calls import Callee
from services.back_end.database import Database
from services.back_end.requests import Logged, answer_failures
from services.back_end.settings import Misconfigured, Settings, read

PORT = 8000
# The ingress controller keeps idle connections for 60 s, as the load balancer does: who closes first must be the one that sends
# requests, or some of them meet a connection that is just being closed.
_SECONDS_IDLE = 75
# With the 5 s before SIGTERM and those for the last spans, below the pod's terminationGracePeriodSeconds of 30.
_SECONDS_TO_FINISH = 15

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackEnd:
    """What routes are made of."""

    settings: Settings
    database: Database
    provider: TracerProvider

    def callee(self, name: str, url: str) -> Callee:
        """Another back end, at this URL."""
        return Callee(name, url, self.provider)


def application(back_end: BackEnd, router: APIRouter) -> FastAPI:
    """The routes under ROOT_PATH, a health check that asks nobody, a span and a line for each request. No other route."""
    root_path = back_end.settings.root_path
    app = FastAPI(title=back_end.settings.service, openapi_url=None)

    # On the event loop itself: it answers also while every thread waits for the database.
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    router.add_api_route("/health", health)
    app.include_router(router, prefix=root_path)
    answer_failures(app)
    app.add_middleware(Logged, health=f"{root_path}/health")
    # Probes too: TracesNotArriving counts on spans that come without customers.
    FastAPIInstrumentor.instrument_app(app, tracer_provider=back_end.provider, excluded_urls="", exclude_spans=["receive", "send"])
    return app


def serve(service: str, routes: Callable[[BackEnd], APIRouter], *, urls: tuple[str, ...] = ()) -> None:
    """Serve until SIGTERM, then finish what is under way, send the last spans and exit with 0; with 2 where a variable is wrong.

    Args:
        service: its name.
        routes: makes its routes.
        urls: the variables with URLs of other back ends.

    """
    logs.set_up(service)
    # uvicorn raises the signal again when it has finished, and what is installed here is what then receives it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = read(service, urls, os.environ)
    except Misconfigured as wrong:
        _log.critical("%s", wrong)
        sys.exit(2)
    provider = traces.provider(service)
    database = Database(settings.database, provider.get_tracer(__name__))
    back_end = BackEnd(settings=settings, database=database, provider=provider)
    config = uvicorn.Config(
        application(back_end, routes(back_end)),
        host="0.0.0.0",
        port=PORT,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_SECONDS_IDLE,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    try:
        uvicorn.Server(config).run()
    finally:
        traces.flush(provider)
