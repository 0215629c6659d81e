"""One JSON object a line on standard output, of this code and of every library alike.

`level` is what Loki finds a line's level by, and `trace_id` is what Grafana's Loki datasource makes a link to Tempo from.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from opentelemetry import trace

# What a caller may add to a line: logger.info("…", extra={"request": {…}}).
FIELDS = "request"


class JsonLines(logging.Formatter):
    """A record as a line: time, level, service, logger, message, the trace it belongs to, what a request was, what went wrong."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Lines end where the record ends: JSON has no line breaks of its own."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line |= {"trace_id": trace.format_trace_id(span.trace_id), "span_id": trace.format_span_id(span.span_id)}
        line |= getattr(record, FIELDS, {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # Escaped, whatever a request had in its path is no line break and no invalid UTF-8.
        return json.dumps(line, ensure_ascii=True, default=str)


def set_up(service: str) -> None:
    """From here on every logger of the process writes such lines, from level info."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # A line for each call of another service would be the third about the same request.
    logging.getLogger("httpx").setLevel(logging.WARNING)
