"""What the alerts, dashboards and datasources of dist/local read of the services: spans and log lines as these really are."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from charts.back_end import TRACES_URL as CHARTED_URL
from services.back_end.traces import TRACES_URL
from tests.services import cluster
from tests.services.collector import Span
from tests.services.shop import BACK_ENDS, PASSWORD, Shop

pytestmark = pytest.mark.engine

LATTE = {"menu_id": 3, "quantity": 2}


def _traced(shop: Shop, method: str, path: str, json: object = None, *, wait: int = 1, flags: str = "01") -> tuple[int, list[Span]]:
    """The status of a request, and the spans of its trace, once this many of the server kind have arrived."""
    trace = f"{time.time_ns():032x}"
    answer = shop.client.request(method, path, json=json, headers={"traceparent": f"00-{trace}-00000000000000ab-{flags}"})
    deadline = time.monotonic() + 15
    while sum(s.kind == "SPAN_KIND_SERVER" for s in shop.collector.of(trace)) < wait and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer.status_code, shop.collector.of(trace)


def _servers(spans: list[Span]) -> list[dict[str, str]]:
    return sorted((s.labels for s in spans if s.kind == "SPAN_KIND_SERVER"), key=lambda labels: labels["service"])


def _label(service: str, name: str, status: str = "STATUS_CODE_UNSET") -> dict[str, str]:
    return {"service": service, "span_name": name, "span_kind": "SPAN_KIND_SERVER", "status_code": status}


def test_an_order_is_one_trace_through_three_services(shop: Shop) -> None:
    """Each calls the next within its own span, and the database within its own again."""
    status, spans = _traced(shop, "POST", "/api/order/orders", LATTE, wait=3)
    assert status == 201
    assert _servers(spans) == [
        _label("billing", "POST /api/billing/payment"),
        _label("inventory", "POST /api/inventory/inventory/use"),
        _label("order", "POST /api/order/orders"),
    ]
    by_id = {s.id: s for s in spans}
    for span in spans:
        parent = by_id.get(span.parent)
        if span.kind == "SPAN_KIND_SERVER" and span.service != "order":
            assert parent is not None
            assert (parent.service, parent.kind) == ("order", "SPAN_KIND_CLIENT")
    assert {s.service for s in spans if s.attributes.get("db.system") == "mysql"} == set(BACK_ENDS)
    assert {s.kind for s in spans} == {"SPAN_KIND_SERVER", "SPAN_KIND_CLIENT"}


def test_spans_have_the_names_of_the_stable_conventions(shop: Shop) -> None:
    """The route, not the path with what a guest wrote into it; no old names beside them."""
    _, (server, *_rest) = _traced(shop, "GET", "/api/billing/sales?who=me")
    servers = [s for s in (server, *_rest) if s.kind == "SPAN_KIND_SERVER"]
    (found,) = servers
    wanted = {"http.request.method": "GET", "http.route": "/api/billing/sales", "http.response.status_code": 200}
    assert wanted.items() <= found.attributes.items()
    assert not {"http.method", "http.status_code", "http.target"} & found.attributes.keys()


def test_what_nobody_serves_makes_no_new_names(shop: Shop) -> None:
    """Else anyone could fill Prometheus with a series for each path that they think of."""
    status, spans = _traced(shop, "GET", f"/api/order/{time.time_ns()}")
    assert (status, _servers(spans)) == (404, [_label("order", "GET")])


def test_a_caller_cannot_switch_traces_off(shop: Shop) -> None:
    """A traceparent that says `not sampled` would hide its errors from the alert."""
    _, spans = _traced(shop, "GET", "/api/order/menu", flags="00")
    assert _servers(spans) == [_label("order", "GET /api/order/menu")]


def _errors(shop: Shop) -> list[dict[str, str]]:
    shop.end("billing")
    try:
        status, spans = _traced(shop, "POST", "/api/order/orders", LATTE, wait=3)
        assert status == 503
    finally:
        shop.begin_back_end("billing")
    return _servers(spans)


def test_an_error_of_the_shop_is_an_error_and_a_mistake_of_a_guest_is_none(shop: Shop) -> None:
    """5xx has the status ERROR where it is answered, and 4xx has not."""
    found = _errors(shop)
    assert _label("order", "POST /api/order/orders", "STATUS_CODE_ERROR") in found
    assert _label("inventory", "POST /api/inventory/inventory/add") in found
    status, spans = _traced(shop, "POST", "/api/order/orders", {"menu_id": 77, "quantity": 1})
    assert (status, _servers(spans)) == (404, [_label("order", "POST /api/order/orders")])


def _selectors(expression: Any) -> Iterator[promql_parser.VectorSelector]:
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
        return
    for part in ("lhs", "rhs", "expr", "args", "vector_selector"):
        found = getattr(expression, part, None)
        for each in found if isinstance(found, list) else [found]:
            if each is not None:
                yield from _selectors(each)


def _selects(selector: promql_parser.VectorSelector, labels: Mapping[str, str]) -> bool:
    def fits(matcher: Any) -> bool:
        value, op = labels.get(matcher.name, ""), str(matcher.op)
        if "Equal" in op:
            return bool(value == matcher.value) == ("Not" not in op)
        return (re.fullmatch(matcher.value, value) is not None) == ("Not" not in op)

    return all(fits(m) for m in selector.matchers.matchers)


def test_http_high_error_rate_sees_what_the_services_send(shop: Shop) -> None:
    """Its numerator counts a failed order and no other request here; its denominator counts orders and no probe."""
    (rule,) = (
        r for g in cluster.find("PrometheusRule", "platform")["spec"]["groups"] for r in g["rules"] if r["alert"] == "HttpHighErrorRate"
    )
    selectors = list(_selectors(promql_parser.parse(rule["expr"])))
    assert {s.name for s in selectors} == {"traces_spanmetrics_calls_total"}
    errors, asked, burst = selectors
    failed = next(s for s in _errors(shop) if s["service"] == "order")
    (right,) = [s for s in _servers(_traced(shop, "POST", "/api/order/orders", LATTE, wait=3)[1]) if s["service"] == "order"]
    (probe,) = _servers(_traced(shop, "GET", "/api/order/health")[1])
    assert [[_selects(s, labels) for s in (errors, asked, burst)] for labels in (failed, right, probe)] == [
        [True, True, True],
        [False, True, False],
        [False, False, False],
    ]


def test_probes_are_traced(shop: Shop) -> None:
    """TracesNotArriving counts on spans that come without customers."""
    for app in BACK_ENDS:
        _, spans = _traced(shop, "GET", f"/api/{app}/health")
        assert _servers(spans) == [_label(app, f"GET /api/{app}/health")]


def test_traces_go_where_the_charts_let_them() -> None:
    """The address in the code is the one in the NetworkPolicies and facts."""
    assert TRACES_URL == CHARTED_URL


def _trace_field() -> str:
    """The expression by which Grafana finds a trace in a line of a log."""
    (text,) = cluster.find("ConfigMap", "grafana-datasources")["data"].values()
    (loki,) = (d for d in yaml.safe_load(text)["datasources"] if d["type"] == "loki")
    (field,) = loki["jsonData"]["derivedFields"]
    return str(field["matcherRegex"])


def test_a_line_of_the_log_leads_to_its_trace(shop: Shop) -> None:
    """By the very expression of the Loki datasource, in each service that took part; the line says what was asked and how it went."""
    _, spans = _traced(shop, "POST", "/api/order/orders", LATTE, wait=3)
    (trace,) = {s.trace for s in spans}
    for app, path in (("order", "orders"), ("inventory", "inventory/use"), ("billing", "payment")):
        written = (shop.directory / f"{app}.log").read_text(encoding="utf-8").splitlines()
        (line,) = [w for w in written if (found := re.search(_trace_field(), w)) and found[1] == trace]
        said = json.loads(line)
        wanted = {"level": "info", "service": app, "method": "POST", "path": f"/api/{app}/{path}", "status": 201 if app == "order" else 200}
        assert wanted.items() <= said.items()
        assert said["duration_ms"] > 0
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", said["time"])


def test_every_line_is_an_object_and_none_has_the_password(shop: Shop) -> None:
    """Those of uvicorn too, and those about what failed; a probe that succeeds is no line."""
    shop.client.post("/api/order/orders", json=LATTE)
    for app in BACK_ENDS:
        lines = shop.lines(app)
        assert any("Uvicorn running" in line["message"] for line in lines)
        assert all({"time", "level", "service", "logger", "message"} <= line.keys() for line in lines)
        assert {line["service"] for line in lines} == {app}
        text = (shop.directory / f"{app}.log").read_text(encoding="utf-8")
        assert not any(secret in text for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], "\\u2615"))
        assert not [line for line in lines if str(line.get("path")).endswith("/health") and line["status"] == 200]


def test_what_a_guest_writes_into_a_path_is_one_line(shop: Shop) -> None:
    """Line breaks and quotes are escaped: nobody writes lines of their own into the log."""
    path = '/api/order/%0a{"level":"info"}%22\u2028'
    assert shop.client.get(path).status_code == 404
    assert any(line.get("path") == '/api/order/\n{"level":"info"}"\u2028' for line in shop.lines("order"))


def test_lines_of_the_frontend_are_objects_too(shop: Shop) -> None:
    """Of the same form, but for a trace, which it has none of."""
    shop.client.get("/no%22such%5c")
    wanted = {"level": "info", "service": "frontend", "method": "GET", "path": '/no"such\\', "status": 404}
    # nginx answers first and writes its line then.
    assert _soon(lambda: any(wanted.items() <= json.loads(line).items() for line in _lines(shop.directory / "frontend.access.log")))


def _lines(log: Path) -> list[str]:
    """The whole lines of a log; the last may be half written."""
    return log.read_text(encoding="utf-8").split("\n")[:-1]


def _soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold within five seconds."""
    end = time.monotonic() + 5
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
