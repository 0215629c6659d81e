"""A web server on 127.0.0.1 that answers what a function says, and breaks connections off where it is told to."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request: the names of its headers are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer. `cut`: the connection is reset without it, it ends half-way, or half a body is sent as if it were whole."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: Literal["reset", "half", "short"] | None = None


@contextmanager
def serving(answer: Callable[[Heard], Said], now: Callable[[], float] = time.time, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The server's URL, until the end of the block; `now` is the time that its answers say it is. With `tls` it is an https:// one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = answer(Heard(method=self.command, path=url.path, query=url.query, headers=headers, body=body))
            if said.cut == "reset":
                self._reset()
                return
            half = len(said.body) // 2
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in said.headers:
                self.send_header("Content-Length", str(half if said.cut == "short" else len(said.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body[:half] if said.cut else said.body)
            self.close_connection = self.close_connection or said.cut == "half"

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = _serve

        def _reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

        def date_time_string(self, timestamp: float | None = None) -> str:
            """By the given clock."""
            del timestamp
            return formatdate(now(), usegmt=True)

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        # Whoever resets a connection means it: no shutdown before the close.
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away in the middle is none of ours."""

        def shutdown_request(self, request: object) -> None:
            """Close at once."""
            assert isinstance(request, socket.socket)
            request.close()

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
