"""What a person does at the shop's address, through the ingress: the page, an order, a purchase, and what is refused."""

from __future__ import annotations

import json
import re
from itertools import product

import httpx
import pytest

from tests.services import cluster, images
from tests.services.shop import BACK_ENDS, Shop

pytestmark = pytest.mark.engine

LATTE = {"menu_id": 3, "quantity": 2}


def test_an_order_moves_stock_sales_and_orders(shop: Shop) -> None:
    """Two lattes: 36 g of beans, 400 ml of milk, 9000 in the books, and one order of them."""
    answer = shop.client.post("/api/order/orders", json=LATTE)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"id": 1, "menu_id": 3, "name": "Caffè latte", "quantity": 2, "total": 9000}
    assert (shop.stock(), shop.books(), shop.orders()) == ((10000 - 36, 20000 - 400), (9000, 0), [["3", "2", "9000"]])


def test_menu_stock_and_books_are_shown(shop: Shop) -> None:
    """As the database has them, names in their own letters."""
    assert [(d["name"], d["price"]) for d in shop.client.get("/api/order/menu").json()] == [
        ("Espresso", 3000),
        ("Americano", 3500),
        ("Caffè latte", 4500),
    ]
    stock = shop.client.get("/api/inventory/inventory").json()
    assert (stock["beans_grams"], stock["milk_ml"]) == (10000, 20000)
    assert shop.client.get("/api/billing/sales").json() == {"sales": 0, "costs": 0}


def test_stock_is_bought_at_the_prices_that_are_shown(shop: Shop) -> None:
    """The cost is in the books once."""
    shown = shop.client.get("/api/inventory/inventory").json()
    bought = shop.client.post("/api/inventory/inventory/add", json={"beans_grams": 7, "milk_ml": 11}).json()
    cost = 7 * shown["price_per_gram"] + 11 * shown["price_per_ml"]
    assert bought == {"beans_grams": 10007, "milk_ml": 20011, "cost": cost}
    assert (shop.stock(), shop.books()) == ((10007, 20011), (0, cost))


_ORDERS, _ADD, _USE, _PAY = "/api/order/orders", "/api/inventory/inventory/add", "/api/inventory/inventory/use", "/api/billing/payment"
REFUSED: tuple[tuple[str, object, int, str], ...] = (
    (_ORDERS, {"menu_id": 4, "quantity": 1}, 404, "the menu has no drink 4"),
    (_ORDERS, {"menu_id": 1, "quantity": 0}, 422, "quantity: Input should be greater than or equal to 1"),
    (_ORDERS, {"menu_id": 1, "quantity": -1}, 422, "quantity: Input should be greater than or equal to 1"),
    (_ORDERS, {"menu_id": 1, "quantity": 101}, 422, "quantity: Input should be less than or equal to 100"),
    (_ORDERS, {"menu_id": 1, "quantity": 1 << 70}, 422, "quantity: "),
    (_ORDERS, {"menu_id": 1, "quantity": "1"}, 422, "quantity: Input should be a valid integer"),
    (_ORDERS, {"menu_id": 1, "quantity": 1.0}, 422, "quantity: Input should be a valid integer"),
    (_ORDERS, {"menu_id": 1, "quantity": True}, 422, "quantity: Input should be a valid integer"),
    (_ORDERS, {"menu_id": 1, "quantity": None}, 422, "quantity: Input should be a valid integer"),
    (_ORDERS, {"menu_id": 0}, 422, "menu_id: Input should be greater than or equal to 1; quantity: Field required"),
    (_ORDERS, {"menu_id": 1, "quantity": 1, "total\n": 1}, 422, "total\\n: Extra inputs are not permitted"),
    (_ORDERS, [], 422, "the body: "),
    (_ORDERS, None, 422, "the body: Field required"),
    (_ADD, {"beans_grams": 0, "milk_ml": 0}, 422, "at least one of beans_grams and milk_ml must be above 0"),
    (
        _ADD,
        {"beans_grams": 1_000_001, "milk_ml": 0},
        422,
        "at least one of beans_grams and milk_ml must be above 0, and none above 1000000",
    ),
    (_ADD, {"beans_grams": -1, "milk_ml": 5}, 422, "beans_grams: Input should be greater than or equal to 0"),
    (_ADD, {"beans_grams": 4_294_957_296, "milk_ml": 0, "returned": True}, 409, "the store is full: 10000 g of beans"),
    (_USE, {"beans_grams": 10001, "milk_ml": 0}, 409, "not enough stock: 10001 g of beans and 0 ml of milk are needed, 10000 g"),
    (_USE, {"beans_grams": 0, "milk_ml": 20001}, 409, "not enough stock: "),
    (_PAY, {"amount": -1}, 422, "amount: Input should be greater than or equal to 0"),
    (_PAY, {"amount": "1'; DROP TABLE billing; --"}, 422, "amount: Input should be a valid integer"),
)


@pytest.mark.parametrize(("path", "body", "status", "detail"), REFUSED, ids=[f"{p} {json.dumps(b)}" for p, b, *_ in REFUSED])
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(shop: Shop, path: str, body: object, status: int, detail: str) -> None:
    """The detail is a sentence for a person, never a list for a program, and does not repeat what was sent."""
    answer = shop.client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].startswith(detail)
    assert "\n" not in answer.json()["detail"]
    assert (shop.stock(), shop.books(), shop.orders()) == ((10000, 20000), (0, 0), [])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"menu_id": 1, "quantity": ' + b"9" * 5000 + b"}", b'{"menu_id": 1, "quantity": NaN}']
)
def test_what_is_no_json_is_a_mistake_of_whoever_sent_it(shop: Shop, body: bytes) -> None:
    """4xx with a sentence, not an error of the shop."""
    answer = shop.client.post("/api/order/orders", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert isinstance(answer.json()["detail"], str)


def test_an_order_that_costs_more_than_an_order_can_is_refused(shop: Shop) -> None:
    """The column of its total would not hold it; neither would stock be used for it."""
    shop.database.root("INSERT INTO menus VALUES (9, '🍵', 4294967295, 1, 1)", database="coffee_machine")
    try:
        answer = shop.client.post("/api/order/orders", json={"menu_id": 9, "quantity": 2})
        assert (answer.status_code, answer.json()["detail"]) == (422, "quantity: 2 of 🍵 cost 8589934590, more than one order may")
        assert shop.client.post("/api/order/orders", json={"menu_id": 9, "quantity": 1}).json()["name"] == "🍵"
        assert (shop.stock(), shop.books()) == ((9999, 19999), (4294967295, 0))
    finally:
        shop.database.root("DELETE FROM orders; DELETE FROM menus WHERE id = 9", database="coffee_machine")


def test_stock_that_is_just_enough_is_enough(shop: Shop) -> None:
    """And a gram less is 409, in the words of the service that knows."""
    shop.database.root("UPDATE inventory SET beans_grams = 36, milk_ml = 400", database="coffee_machine")
    assert shop.client.post("/api/order/orders", json=LATTE).status_code == 201
    answer = shop.client.post("/api/order/orders", json={"menu_id": 1, "quantity": 1})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "not enough stock: 18 g of beans and 0 ml of milk are needed, 0 g and 0 ml are there"
    assert (shop.stock(), shop.books(), len(shop.orders())) == ((0, 0), (9000, 0), 1)


@pytest.mark.parametrize("app", BACK_ENDS)
def test_a_service_serves_what_is_its_own_and_nothing_else(shop: Shop, app: str) -> None:
    """Under ROOT_PATH; no documentation, no schema, nothing at the root or at another's path."""
    base = f"http://127.0.0.1:{shop.ports[app]}"
    for path in ("/", "/health", "/docs", "/openapi.json", f"/api/{app}", f"/api/{app}/docs", f"/api/{app}/", f"/api/{app}x/health"):
        assert httpx.get(base + path, trust_env=False).status_code == 404, path
    assert httpx.get(f"{base}/api/{app}/health", trust_env=False).json() == {"status": "ok"}


def test_the_ingress_leads_every_probe_path_to_its_service(shop: Shop) -> None:
    """What the kubelet asks inside is the same path outside."""
    for app in (*BACK_ENDS, "frontend"):
        path = cluster.container(app)["readinessProbe"]["httpGet"]["path"]
        assert shop.client.get(path).status_code == 200, path


def _page(shop: Shop) -> dict[str, httpx.Response]:
    """The page and all that it refers to."""
    page = shop.client.get("/")
    found = {"/": page}
    for reference in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        found[reference] = shop.client.get(reference)
    return found


def test_the_page_and_all_it_needs_come_from_the_shop(shop: Shop) -> None:
    """Each file has its own type; every one that is shipped is used."""
    found = _page(shop)
    assert {r: (a.status_code, a.headers["content-type"]) for r, a in found.items()} == {
        "/": (200, "text/html; charset=utf-8"),
        "/page.css": (200, "text/css; charset=utf-8"),
        "/page.js": (200, "text/javascript; charset=utf-8"),
        "/cup.svg": (200, "image/svg+xml; charset=utf-8"),
    }
    assert {f"/{f.name}" for f in (images.CONTEXT / "frontend" / "html").iterdir()} == {*found} - {"/"} | {"/index.html"}
    # A name space is no address that anybody asks.
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", "".join(a.text for a in found.values()))


def test_what_the_script_calls_exists(shop: Shop) -> None:
    """Every path in it is answered by the back end it means: a route that changes something refuses an empty object, others answer."""
    script = _page(shop)["/page.js"].text
    paths = dict(re.findall(r'^const ([A-Z]+) = "(/api/[a-z/-]+)";$', script, re.MULTILINE))
    assert len(paths) == len(re.findall(r"/api/", script)) == 5
    for name, path in paths.items():
        changes = re.search(rf"ask\({name}, \{{", script) is not None
        answer = shop.client.post(path, json={}) if changes else shop.client.get(path)
        assert answer.status_code == (422 if changes else 200), path
        assert answer.headers["content-type"] == "application/json"


def test_what_the_page_reads_in_answers_is_in_them(shop: Shop) -> None:
    """Every field that the script takes out of an answer, by the name that the script has for the answer."""
    script = _page(shop)["/page.js"].text
    client = shop.client
    answers = {
        "drink": client.get("/api/order/menu").json()[0],
        "stock": client.get("/api/inventory/inventory").json(),
        "books": client.get("/api/billing/sales").json(),
        "taken": client.post("/api/order/orders", json=LATTE).json(),
        "bought": client.post("/api/inventory/inventory/add", json={"beans_grams": 1, "milk_ml": 0}).json(),
    }
    for name, answer in answers.items():
        used = set(re.findall(rf"\b{name}\.([a-z_]+)", script))
        assert used, name
        assert used <= answer.keys()


def test_the_page_shows_scripts_no_way_out(shop: Shop) -> None:
    """The policy lets nothing in but the shop's own files, on every answer; and the page needs no exception from it."""
    for path, method in product(("/", "/page.js", "/nothing"), ("GET", "HEAD", "POST")):
        answer = shop.client.request(method, path)
        assert answer.status_code == (405 if method == "POST" else 404 if path == "/nothing" else 200)
        policy = dict(d.strip().split(" ", 1) for d in answer.headers["content-security-policy"].split(";"))
        assert policy.pop("default-src") == policy.pop("base-uri") == policy.pop("form-action") == policy.pop("frame-ancestors") == "'none'"
        assert set(policy.values()) == {"'self'"}
        assert answer.headers["x-content-type-options"] == "nosniff"
    direct = httpx.get(f"http://127.0.0.1:{shop.ports['frontend']}/nothing", trust_env=False)
    assert direct.headers["server"] == "nginx"
    assert "nginx/" not in direct.text
    html = shop.client.get("/").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)


def test_files_are_asked_for_each_time_and_sent_when_they_changed(shop: Shop) -> None:
    """Names stay when contents change: a browser must ask, and what it has already is 304. Text is compressed."""
    for path in ("/", "/page.css", "/page.js"):
        first = shop.client.get(path)
        assert (first.headers["cache-control"], first.headers["content-encoding"]) == ("no-cache", "gzip")
        again = shop.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
