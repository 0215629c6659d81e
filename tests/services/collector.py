"""A stand-in of Tempo's OTLP receiver: reads what arrives as Tempo would and keeps it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span, with the words that Tempo's span metrics have for it as labels.

    https://grafana.com/docs/tempo/latest/metrics-from-traces/span-metrics/span-metrics-metrics-generator/
    """

    service: str
    name: str
    kind: str
    status: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]

    @property
    def labels(self) -> dict[str, str]:
        """Of the series of traces_spanmetrics_calls_total that counts it."""
        return {"service": self.service, "span_name": self.name, "span_kind": self.kind, "status_code": self.status}


@dataclass(slots=True)
class Collector:
    """What has arrived, in any order."""

    port: int = 0
    received: list[Span] = field(default_factory=list)

    def of(self, trace: str) -> list[Span]:
        """The spans of one trace so far."""
        return [s for s in self.received if s.trace == trace]


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))


def _spans(body: bytes) -> Iterator[Span]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = {a.key: _value(a.value) for a in resource.resource.attributes}["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=service,
                    name=span.name,
                    kind=SpanMessage.SpanKind.Name(span.kind),
                    status=Status.StatusCode.Name(span.status.code),
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    attributes={a.key: _value(a.value) for a in span.attributes},
                )


@contextmanager
def collecting(path: str) -> Iterator[Collector]:
    """A collector that accepts what is posted to this path, on a port of 127.0.0.1."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.path == path and self.headers["Content-Type"] == "application/x-protobuf"
            if right:
                collector.received.extend(_spans(body))
            self.send_response(200 if right else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        collector.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
