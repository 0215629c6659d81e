"""The menu, and orders: what an order changes in three services, and what becomes of it when one of them fails.

An order is written first and committed last; between the two the stock is used, then the payment booked. So whatever fails, the
worst is known. Before the stock is used: nothing was done. Billing certainly booked nothing: the stock is returned, without a cost.
Where it cannot be known whether a step was done (the connection broke off after the request was sent), nothing is undone: to return
stock that was never used would sell coffee that is not there. The answer and the log say then, with numbers, what a person has to
look at.
"""

import logging
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.back_end.calls import Callee
from services.back_end.database import LARGEST, Row
from services.back_end.failures import Failure, Refused, Unavailable, Unknown
from services.back_end.serving import BackEnd

_MOST_AT_ONCE = 100
_MENU = "SELECT id, name, price, beans_grams, milk_ml FROM menus"

_log = logging.getLogger(__name__)


class Drink(BaseModel):
    """A line of the menu: what a cup costs and what goes into it."""

    id: int
    name: str
    price: int
    beans_grams: int
    milk_ml: int


class Order(BaseModel):
    """What a guest wants."""

    model_config = ConfigDict(strict=True, extra="forbid")

    menu_id: Annotated[int, Field(ge=1, le=LARGEST)]
    quantity: Annotated[int, Field(ge=1, le=_MOST_AT_ONCE)]


class Taken(BaseModel):
    """An order that is recorded and paid."""

    id: int
    menu_id: int
    name: str
    quantity: int
    total: int


def routes(back_end: BackEnd) -> APIRouter:
    """The routes under ROOT_PATH."""
    router = APIRouter()
    urls = back_end.settings.urls
    inventory = back_end.callee("inventory", urls["INVENTORY_SERVICE_URL"] + "/api/inventory")
    billing = back_end.callee("billing", urls["BILLING_SERVICE_URL"] + "/api/billing")

    @router.get("/menu")
    def menu() -> list[Drink]:
        with back_end.database.reading() as session:
            return [Drink(**row) for row in session.rows(f"{_MENU} ORDER BY id")]

    @router.post("/orders", status_code=201)
    def order(wanted: Order) -> Taken:
        spent = ""
        try:
            with back_end.database.changing() as session:
                drink = session.one(f"{_MENU} WHERE id = %s", wanted.menu_id)
                if drink is None:
                    raise Refused(404, f"the menu has no drink {wanted.menu_id}")
                total = drink["price"] * wanted.quantity
                if total > LARGEST:
                    raise Refused(422, f"quantity: {wanted.quantity} of {drink['name']} cost {total}, more than one order may")
                number = session.insert(
                    "INSERT INTO orders (menu_id, quantity, total) VALUES (%s, %s, %s)", wanted.menu_id, wanted.quantity, total
                )
                _use_and_pay(inventory, billing, drink, wanted.quantity, number)
                spent = f"order {number}: the stock is used and {total} is booked, but it is not known whether the order is recorded"
        except Unknown as failed:
            raise Unknown(failed.status, spent or failed.detail) from failed
        return Taken(id=number, menu_id=wanted.menu_id, name=drink["name"], quantity=wanted.quantity, total=total)

    return router


def _use_and_pay(inventory: Callee, billing: Callee, drink: Row, quantity: int, number: int) -> None:
    stock: dict[str, object] = {"beans_grams": drink["beans_grams"] * quantity, "milk_ml": drink["milk_ml"] * quantity}
    total = drink["price"] * quantity
    what = f"{stock['beans_grams']} g of beans and {stock['milk_ml']} ml of milk"
    try:
        inventory.post("/inventory/use", stock)
    except Unknown as failed:
        raise Unknown(502, f"order {number} is not taken: whether {what} were used is not known ({failed.detail})") from failed
    try:
        billing.post("/payment", {"amount": total})
    except Unknown as failed:
        raise Unknown(
            502, f"order {number} is not taken: {what} are used; whether {total} is booked is not known ({failed.detail})"
        ) from failed
    except Failure as failed:
        try:
            inventory.post("/inventory/add", {**stock, "returned": True})
        except Failure as stuck:
            raise Unknown(
                502,
                f"order {number} is not taken: the payment failed ({failed.detail}), and {what} that it used could not be returned "
                f"({stuck.detail})",
            ) from stuck
        _log.warning("order %s: the payment failed, and the stock is returned", number)
        raise Unavailable(f"the payment failed, and the stock is returned: {failed.detail}") from failed
