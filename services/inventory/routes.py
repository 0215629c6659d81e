"""The stock: one row, changed by statements that check and change at once, so that it is never below nothing.

What is bought is written first and committed last; between the two billing books what it costs. So a cost that was not booked buys
nothing. While billing is asked, the row is locked and orders wait for it, which without billing could not be paid either.
"""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.back_end.calls import Callee
from services.back_end.database import LARGEST, Session
from services.back_end.failures import Failure, Refused, Unavailable, Unknown
from services.back_end.serving import BackEnd

# What a supplier takes, in the currency of the menu.
PRICE_PER_GRAM = 20
PRICE_PER_ML = 2
_MOST_AT_ONCE = 1_000_000
_STOCK = "SELECT beans_grams, milk_ml FROM inventory WHERE id = 1"
_USE = "UPDATE inventory SET beans_grams = beans_grams - %s, milk_ml = milk_ml - %s WHERE id = 1 AND beans_grams >= %s AND milk_ml >= %s"
_ADD = "UPDATE inventory SET beans_grams = beans_grams + %s, milk_ml = milk_ml + %s WHERE id = 1 AND beans_grams <= %s AND milk_ml <= %s"


class Stock(BaseModel):
    """What is there."""

    beans_grams: int
    milk_ml: int


class PricedStock(Stock):
    """What is there, and what more of it costs."""

    price_per_gram: int = PRICE_PER_GRAM
    price_per_ml: int = PRICE_PER_ML


class Bought(Stock):
    """What is there now, and what was paid for what came."""

    cost: int


class Used(BaseModel):
    """What drinks take. More than there could ever be is no mistake in the request: there is not enough of it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    beans_grams: Annotated[int, Field(ge=0, le=LARGEST * 100)]
    milk_ml: Annotated[int, Field(ge=0, le=LARGEST * 100)]


class Added(BaseModel):
    """What is bought; or `returned`, when an order used it and could not be paid: that costs nothing, and there is no limit to it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    beans_grams: Annotated[int, Field(ge=0, le=LARGEST)]
    milk_ml: Annotated[int, Field(ge=0, le=LARGEST)]
    returned: bool = False


def routes(back_end: BackEnd) -> APIRouter:
    """The routes under ROOT_PATH."""
    router = APIRouter()
    billing = back_end.callee("billing", back_end.settings.urls["BILLING_SERVICE_URL"])

    @router.get("/inventory")
    def inventory() -> PricedStock:
        with back_end.database.reading() as session:
            return PricedStock(**_stock(session).model_dump())

    @router.post("/inventory/use")
    def use(used: Used) -> Stock:
        beans, milk = used.beans_grams, used.milk_ml
        with back_end.database.changing() as session:
            if not session.change(_USE, beans, milk, beans, milk):
                there = _stock(session)
                raise Refused(
                    409,
                    f"not enough stock: {beans} g of beans and {milk} ml of milk are needed, "
                    f"{there.beans_grams} g and {there.milk_ml} ml are there",
                )
            return _stock(session)

    @router.post("/inventory/add")
    def add(added: Added) -> Bought:
        beans, milk = added.beans_grams, added.milk_ml
        cost = 0 if added.returned else beans * PRICE_PER_GRAM + milk * PRICE_PER_ML
        if not added.returned and not 0 < max(beans, milk) <= _MOST_AT_ONCE:
            raise Refused(422, f"at least one of beans_grams and milk_ml must be above 0, and none above {_MOST_AT_ONCE}")
        paid = ""
        try:
            with back_end.database.changing() as session:
                if not session.change(_ADD, beans, milk, LARGEST - beans, LARGEST - milk):
                    there = _stock(session)
                    raise Refused(409, f"the store is full: {there.beans_grams} g of beans and {there.milk_ml} ml of milk are there")
                now = _stock(session)
                if cost:
                    _pay(billing, cost)
                    paid = f"{cost} is booked as a cost, but it is not known whether the stock came"
        except Unknown as failed:
            raise Unknown(failed.status, paid or failed.detail) from failed
        return Bought(**now.model_dump(), cost=cost)

    return router


def _pay(billing: Callee, cost: int) -> None:
    try:
        billing.post("/inventory-cost", {"amount": cost})
    except Unknown as failed:
        raise Unknown(502, f"nothing is bought: whether {cost} is booked as a cost is not known ({failed.detail})") from failed
    except Failure as failed:
        raise Unavailable(f"nothing is bought: {failed.detail}") from failed


def _stock(session: Session) -> Stock:
    row = session.one(_STOCK)
    if row is None:
        raise Failure(500, "the table inventory has no row 1; charts/mysql.sql makes one")
    return Stock(**row)
