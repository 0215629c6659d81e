"""Many guests at once, and any guests one after the other: what the answers say is what stock and books hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.services.shop import Shop

pytestmark = pytest.mark.engine

# Drink: grams of beans, millilitres of milk, price.
MENU = {1: (18, 0, 3000), 2: (18, 0, 3500), 3: (18, 200, 4500)}


def test_thirty_guests_at_once_get_what_there_is_and_no_more(shop: Shop) -> None:
    """Stock for eleven of them: eleven get their coffee, nineteen are told that there is not enough, and every sale is booked."""
    shop.database.root("UPDATE inventory SET beans_grams = 18 * 11 + 17, milk_ml = 200 * 30", database="coffee_machine")

    def order(_: int) -> httpx.Response:
        return shop.client.post("/api/order/orders", json={"menu_id": 3, "quantity": 1})

    with ThreadPoolExecutor(30) as guests:
        answers = list(guests.map(order, range(30)))
    statuses = [a.status_code for a in answers]
    assert (statuses.count(201), statuses.count(409)) == (11, 19), [a.text for a in answers if a.status_code not in (201, 409)]
    assert (shop.stock(), shop.books(), len(shop.orders())) == ((17, 200 * 19), (4500 * 11, 0), 11)
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 11


def test_orders_and_purchases_at_once_are_all_counted(shop: Shop) -> None:
    """Neither a sale nor a cost is lost between two that are booked at the same time."""

    def visit(number: int) -> int:
        if number % 2:
            return shop.client.post("/api/order/orders", json={"menu_id": 1, "quantity": 1}).status_code
        return shop.client.post("/api/inventory/inventory/add", json={"beans_grams": 100, "milk_ml": 0}).status_code

    with ThreadPoolExecutor(20) as guests:
        statuses = list(guests.map(visit, range(40)))
    assert (statuses.count(201), statuses.count(200)) == (20, 20)
    assert (shop.stock(), shop.books(), len(shop.orders())) == ((10000 - 20 * 18 + 20 * 100, 20000), (20 * 3000, 20 * 100 * 20), 20)


_ORDERS = st.tuples(st.just("order"), st.integers(0, 4), st.integers(-1, 101))
_ADDS = st.tuples(st.just("add"), st.integers(-1, 3000), st.integers(-1, 3000))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ORDERS | _ADDS, max_size=8))
@example([("order", 3, 100), ("order", 3, 1), ("add", 1, 200), ("order", 3, 1)])
def test_stock_and_books_are_what_the_answers_say(shop: Shop, visits: list[tuple[str, int, int]]) -> None:
    """For any sequence of orders and purchases, right ones and wrong ones: the sum of the answers that are a success, and no more."""
    shop.fresh()
    beans, milk, sales, costs, taken = 10000, 20000, 0, 0, 0
    for what, one, other in visits:
        if what == "order":
            answer = shop.client.post("/api/order/orders", json={"menu_id": one, "quantity": other})
            possible = one in MENU and 1 <= other <= 100
            needs = tuple(each * other for each in MENU.get(one, (0, 0, 0)))
            if answer.status_code == 201:
                assert possible
                beans, milk, taken = beans - needs[0], milk - needs[1], taken + 1
                sales += answer.json()["total"]
                assert answer.json()["total"] == needs[2]
            else:
                assert answer.status_code == (409 if possible else 404 if one == 4 and 1 <= other <= 100 else 422)
                assert not possible or needs[0] > beans or needs[1] > milk
        else:
            answer = shop.client.post("/api/inventory/inventory/add", json={"beans_grams": one, "milk_ml": other})
            assert (answer.status_code == 200) == (min(one, other) >= 0 and max(one, other) > 0)
            if answer.status_code == 200:
                beans, milk, costs = beans + one, milk + other, costs + answer.json()["cost"]
                assert (answer.json()["beans_grams"], answer.json()["milk_ml"]) == (beans, milk)
    assert (shop.stock(), shop.books(), len(shop.orders())) == ((beans, milk), (sales, costs), taken)
