"""The books: one row with two sums. The database adds, so that of two bookings at once none is lost."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.back_end.database import LARGEST, Session
from services.back_end.failures import Failure
from services.back_end.serving import BackEnd


class Books(BaseModel):
    """All that guests have paid, and all that was paid for stock."""

    sales: int
    costs: int


class Booked(BaseModel):
    """What is added to a sum."""

    model_config = ConfigDict(strict=True, extra="forbid")

    amount: Annotated[int, Field(ge=0, le=LARGEST)]


def routes(back_end: BackEnd) -> APIRouter:
    """The routes under ROOT_PATH."""
    router = APIRouter()

    @router.get("/sales")
    def sales() -> Books:
        with back_end.database.reading() as session:
            return _books(session)

    @router.post("/payment")
    def payment(paid: Booked) -> Books:
        with back_end.database.changing() as session:
            session.change("UPDATE billing SET sales = sales + %s WHERE id = 1", paid.amount)
            return _books(session)

    @router.post("/inventory-cost")
    def inventory_cost(spent: Booked) -> Books:
        with back_end.database.changing() as session:
            session.change("UPDATE billing SET costs = costs + %s WHERE id = 1", spent.amount)
            return _books(session)

    return router


def _books(session: Session) -> Books:
    row = session.one("SELECT sales, costs FROM billing WHERE id = 1")
    if row is None:
        raise Failure(500, "the table billing has no row 1; charts/mysql.sql makes one")
    return Books(**row)
