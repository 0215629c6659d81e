"""A stand-in of a back end that is called: answers what it is told to, or breaks off."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# A status and a body; None breaks the connection off once the request was read.
Answer = tuple[int, object] | None
Heard = tuple[str, Any]


@contextmanager
def standing_in(answer: Callable[[str], Answer]) -> Iterator[tuple[int, list[Heard]]]:
    """The port, and the paths and bodies that were posted; `answer` is called with each path."""
    heard: list[Heard] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            heard.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            said = answer(self.path)
            self.close_connection = True
            if said is None:
                return
            status, content = said
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, heard
        finally:
            server.shutdown()
            thread.join()
