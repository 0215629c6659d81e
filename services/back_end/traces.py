"""Spans to Tempo: the address is fixed here, and what Tempo counts of them is what HttpHighErrorRate and the dashboards read."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence

# Before the imports below, which read it: the names of attributes as HTTP's stable conventions have them.
# https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

TRACES_URL = "http://tempo.monitoring:4318/v1/traces"
_SECONDS_PER_EXPORT = 2
_SECONDS_TO_FLUSH = 5

_log = logging.getLogger(__name__)


class SaidOnce(SpanExporter):
    """Exports through another exporter, and tells the log when that begins to fail and when it works again, and never between.

    Spans that cannot be delivered are lost: nothing waits for Tempo, and nobody is told of each batch.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """What the other exporter makes of them."""
        result = self._exporter.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._failing:
            _log.warning("traces do not reach %s; they are dropped until they do", TRACES_URL)
        if self._failing and not failed:
            _log.info("traces reach %s again", TRACES_URL)
        self._failing = failed
        return result

    def shutdown(self) -> None:
        """Ends the other exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is kept here."""
        return self._exporter.force_flush(timeout_millis)


def provider(service: str) -> TracerProvider:
    """Makes a span of everything: an alert is made of them, so no caller may switch them off by its traceparent header."""
    for library in ("opentelemetry.exporter", "opentelemetry.sdk"):
        # They write a line, or a traceback, for each batch that fails.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    made = TracerProvider(resource=Resource.create({SERVICE_NAME: service}), sampler=ALWAYS_ON, shutdown_on_exit=False)
    session = requests.Session()
    # Tempo is in the cluster: no proxy of the environment is on the way.
    session.trust_env = False
    exporter = OTLPSpanExporter(endpoint=TRACES_URL, timeout=_SECONDS_PER_EXPORT, session=session)
    made.add_span_processor(BatchSpanProcessor(SaidOnce(exporter), schedule_delay_millis=1000))
    return made


def flush(made: TracerProvider) -> None:
    """Send what is left, for as long as a pod that stops can wait and not longer: the rest is lost."""
    last = threading.Thread(target=made.shutdown, daemon=True)
    last.start()
    last.join(_SECONDS_TO_FLUSH)
