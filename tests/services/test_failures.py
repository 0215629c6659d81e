"""What becomes of a request when something that it needs fails: a quick answer that names it, and books that are right."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.database import free_port
from tests.services.shop import BACK_ENDS, Shop, kill
from tests.services.stand_in import Answer, Heard, standing_in

pytestmark = pytest.mark.engine

LATTE = {"menu_id": 3, "quantity": 2}
BEANS = {"beans_grams": 10, "milk_ml": 0}
_UNTOUCHED: object = ((10000, 20000), (0, 0), [])
_READS = ("/api/order/menu", "/api/inventory/inventory", "/api/billing/sales")


def _state(shop: Shop) -> object:
    return shop.stock(), shop.books(), shop.orders()


def test_without_a_database_everything_is_503_at_once_and_works_again_when_it_is_back(shop: Shop) -> None:
    """Nobody restarts a service for it, and none of them is restarted by its probes: health does not ask the database."""
    processes = [shop.processes[app].pid for app in BACK_ENDS]
    for path in _READS:
        assert shop.client.get(path).status_code == 200
    kill(shop.processes["mysql"])
    for path, body in (*((path, None) for path in _READS), ("/api/order/orders", LATTE), ("/api/inventory/inventory/add", BEANS)):
        began = time.monotonic()
        answer = shop.client.request("POST" if body else "GET", path, json=body)
        assert (answer.status_code, time.monotonic() - began < 3) == (503, True), path
        assert answer.json()["detail"] == "the database is not available; nothing was done, try again later"
    for app in BACK_ENDS:
        assert shop.client.get(f"/api/{app}/health").status_code == 200
    shop.end("mysql")
    shop.begin("mysql", shop.database.up())
    for path in _READS:
        assert shop.client.get(path).status_code == 200, path
    assert shop.client.post("/api/order/orders", json=LATTE).status_code == 201
    assert [shop.processes[app].pid for app in BACK_ENDS] == processes


def test_a_restart_of_the_database_that_nobody_noticed_stays_unnoticed(shop: Shop) -> None:
    """Connections that were idle meanwhile are dead, and replaced before they are used: not one request fails of it."""
    for path in _READS:
        assert shop.client.get(path).status_code == 200
    shop.end("mysql")
    shop.begin("mysql", shop.database.up())
    for path in _READS:
        assert shop.client.get(path).status_code == 200, path


def test_a_database_that_hangs_is_one_that_is_not_there(shop: Shop) -> None:
    """Also of connections that were good a moment ago: each wait ends, and afterwards the same processes serve again."""
    assert shop.client.get("/api/order/menu").status_code == 200
    shop.processes["mysql"].send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = shop.client.get("/api/order/menu")
        assert (answer.status_code, time.monotonic() - began < 12) == (503, True)
        began = time.monotonic()
        assert shop.client.get("/api/order/health").status_code == 200
        assert time.monotonic() - began < 1
    finally:
        shop.processes["mysql"].send_signal(signal.SIGCONT)
    assert shop.client.post("/api/order/orders", json=LATTE).status_code == 201


def test_without_billing_an_order_is_refused_and_its_stock_is_back_at_no_cost(shop: Shop) -> None:
    """The answer names billing and says that the stock is returned."""
    shop.end("billing")
    try:
        began = time.monotonic()
        answer = shop.client.post("/api/order/orders", json=LATTE)
        assert (answer.status_code, time.monotonic() - began < 5) == (503, True)
        assert answer.json()["detail"] == (
            "the payment failed, and the stock is returned: billing cannot be reached; nothing was done, try again later"
        )
        answer = shop.client.post("/api/inventory/inventory/add", json=BEANS)
        assert (answer.status_code, answer.json()["detail"].split(";")[0]) == (503, "nothing is bought: billing cannot be reached")
        assert _state(shop) == _UNTOUCHED
    finally:
        shop.begin_back_end("billing")
    assert shop.client.post("/api/order/orders", json=LATTE).status_code == 201


def test_without_inventory_an_order_is_refused(shop: Shop) -> None:
    """The answer names inventory; nothing is booked."""
    shop.end("inventory")
    try:
        answer = shop.client.post("/api/order/orders", json=LATTE)
        assert (answer.status_code, answer.json()["detail"].split(";")[0]) == (503, "inventory cannot be reached")
        assert _state(shop) == _UNTOUCHED
    finally:
        shop.begin_back_end("inventory")
    assert shop.client.post("/api/order/orders", json=LATTE).status_code == 201


_GOOD: Answer = (200, {})
# What inventory and billing answer to order, the status that the guest gets, what the detail says, and whether stock is returned.
_CASES: dict[str, tuple[dict[str, Answer], int, tuple[str, ...], bool]] = {
    "billing says that it cannot": ({"/payment": (503, {"detail": "not now"})}, 503, ("returned", "billing: not now"), True),
    "billing does not understand": ({"/payment": (422, {"detail": "what?"})}, 503, ("returned", "billing: what?"), True),
    "billing breaks off": ({"/payment": None}, 502, ("36 g", "400 ml", "whether 9000 is booked is not known", "billing broke off"), False),
    "billing breaks": ({"/payment": (500, b"<html>")}, 502, ("whether 9000 is booked is not known", "billing answered 500"), False),
    "billing answers nonsense": ({"/payment": (200, b"[]")}, 502, ("whether 9000 is booked is not known",), False),
    "inventory breaks off": ({"/inventory/use": None}, 502, ("whether 36 g", "were used is not known", "inventory broke off"), False),
    "inventory refuses": ({"/inventory/use": (409, {"detail": "not enough stock: none"})}, 409, ("not enough stock: none",), False),
    "what it took cannot be returned": (
        {"/payment": (503, {"detail": "not now"}), "/inventory/add": None},
        502,
        ("the payment failed (billing: not now)", "36 g of beans and 400 ml of milk", "could not be returned (inventory broke off"),
        True,
    ),
}


@dataclass(slots=True)
class Alone:
    """A process of order that talks to a stand-in, which says what it is told to."""

    url: str
    log: Path
    heard: list[Heard]
    said: dict[str, Answer] = field(default_factory=dict)
    slow: float = 0

    def answer(self, path: str) -> Answer:
        """What is said to this path, after so many seconds."""
        time.sleep(self.slow)
        return next((a for end, a in self.said.items() if path.endswith(end)), _GOOD)


@pytest.fixture(scope="module")
def alone(opened: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """One process for all the cases."""
    made = Alone(url="", log=tmp_path_factory.mktemp("alone") / "log", heard=[])
    with standing_in(made.answer) as (port, heard):
        order = opened.back_end("order", names={"inventory:80": port, "billing:80": port})
        made.url, made.heard = order.url, heard
        with order.up(made.log):
            yield made


@pytest.mark.parametrize("case", _CASES)
def test_only_what_was_certainly_not_paid_is_undone(shop: Shop, alone: Alone, case: str) -> None:
    """And an order that is not taken is not recorded; where it cannot be known what was done, the answer and the log say all of it."""
    (alone.said, status, words, returned), alone.slow = _CASES[case], 0
    alone.heard.clear()
    got = httpx.post(f"{alone.url}/orders", json=LATTE, trust_env=False)
    assert got.status_code == status, got.text
    detail = got.json()["detail"]
    assert all(word in detail for word in words), detail
    add = ("/api/inventory/inventory/add", {"beans_grams": 36, "milk_ml": 400, "returned": True})
    assert alone.heard.count(add) == (1 if returned else 0)
    assert shop.orders() == []
    assert status < 500 or detail in alone.log.read_text(encoding="utf-8")


def test_a_callee_that_hangs_does_not_hang_the_caller(shop: Shop, alone: Alone) -> None:
    """It is given longer than the callee gives itself, and then the answer says that it is not known."""
    alone.said, alone.slow = {}, 15
    began = time.monotonic()

    got = httpx.post(f"{alone.url}/orders", json=LATTE, timeout=60, trust_env=False)
    assert 10 < time.monotonic() - began < 15
    assert (got.status_code, "inventory did not answer in time" in got.json()["detail"]) == (502, True)
    assert _state(shop) == _UNTOUCHED


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ((503, {"detail": "not now"}), 503, "nothing is bought: billing: not now"),
        (None, 502, "nothing is bought: whether 200 is booked as a cost is not known"),
    ],
)
def test_what_is_not_paid_is_not_bought(shop: Shop, tmp_path: Path, answer: Answer, status: int, words: str) -> None:
    """Nor is what may have been paid: the books may be too high then, and the answer says by how much."""
    with standing_in(lambda _: answer) as (port, heard):
        inventory = shop.back_end("inventory", names={"billing:80": port})
        with inventory.up(tmp_path / "log"):
            got = httpx.post(f"{inventory.url}/inventory/add", json=BEANS, trust_env=False)
    assert (got.status_code, heard) == (status, [("/api/billing/inventory-cost", {"amount": 200})])
    assert got.json()["detail"].startswith(words)
    assert _state(shop) == _UNTOUCHED


def test_rows_that_are_gone_are_told_of(shop: Shop) -> None:
    """Not a shop that sells for nothing: 500, and nothing is counted."""
    shop.database.root("DELETE FROM billing", database="coffee_machine")
    answer = shop.client.get("/api/billing/sales")
    assert (answer.status_code, answer.json()["detail"]) == (500, "the table billing has no row 1; charts/mysql.sql makes one")
    answer = shop.client.post("/api/order/orders", json=LATTE)
    assert answer.status_code == 502
    assert shop.orders() == []


def test_a_password_that_is_wrong_is_no_crash(shop: Shop, tmp_path: Path) -> None:
    """The service starts, says 503 and the cause in its log, and never the password."""
    log = tmp_path / "log"
    wrong = "correct horse ☕"
    billing = shop.back_end("billing", names={}, DB_PASSWORD=wrong)
    with billing.up(log):
        assert httpx.get(f"{billing.url}/sales", trust_env=False).status_code == 503
    written = log.read_text(encoding="utf-8")
    assert "Access denied for user 'coffee'" in written
    assert "correct horse" not in written


def test_tempo_that_is_gone_slows_nothing_and_is_told_of_once(shop: Shop, tmp_path: Path) -> None:
    """Traces are lost, requests are not; one line says so, however many batches fail, and the end is as quick."""
    log = tmp_path / "log"
    billing = shop.back_end("billing", names={"tempo.monitoring:4318": free_port()})
    with billing.up(log) as process:
        began = time.monotonic()
        while time.monotonic() - began < 6:
            asked = time.monotonic()
            assert httpx.get(f"{billing.url}/sales", trust_env=False).status_code == 200
            assert time.monotonic() - asked < 1
            time.sleep(0.1)
        process.terminate()
        ended = time.monotonic()
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - ended < 8
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if "traces" in line or "opentelemetry" in line]
    assert len(lines) == 1, lines
    assert "traces do not reach http://tempo.monitoring:4318/v1/traces" in lines[0]
