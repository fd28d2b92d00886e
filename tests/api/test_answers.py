"""One status is answered for many refusals, chosen by the dialect's tables."""

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from api.seed import TABLES, seed, send_request
from polaris.api.answers import Answer
from polaris.core import refusals
from polaris.core.commands import Command, FinalizeInvoice, VoidInvoice
from polaris.core.refusals import Refusal
from polaris.serving.write_batches import ShuttingDown

SOME = "0198c0de-0000-7000-8000-000000000000"
NEGATIVE = refusals.AmountNegative(field="amount_minor")
VOID, FINALIZE = VoidInvoice(invoice_id=SOME), FinalizeInvoice(invoice_id=SOME)


@pytest.mark.parametrize(
    ("command", "found", "status", "codes"),
    [
        (Command(), [NEGATIVE], 422, ["negative"]),
        (Command(), [NEGATIVE, refusals.AlreadyVoided()], 409, ["voided"]),
        (VOID, [NEGATIVE, refusals.AlreadyVoided()], 410, ["gone"]),
        (FINALIZE, [refusals.NotFound(), NEGATIVE], 422, ["negative"]),
        (VOID, [NEGATIVE, refusals.NotFound()], 404, ["absent"]),
        (VOID, [refusals.AlreadyVoided(hidden=1), NEGATIVE], 404, ["hidden"]),
    ],
)
def test_the_first_status_in_the_commands_order(
    command: Command, found: Sequence[Refusal], status: int, codes: list[str]
) -> None:
    chosen = TABLES.choose(command, found)
    assert chosen.status == status
    assert [answer.code for _, answer in chosen.refusals] == codes


def test_codes_are_filed_under_the_vendors_fields_once_each() -> None:
    found = [
        NEGATIVE,
        refusals.AmountNegative(field="amount_minor[2]"),
        refusals.AmountTooLarge(field="amount_minor"),
        refusals.TextTooLong(field="name"),
        refusals.TextTooLong(),
    ]
    filed = TABLES.by_field(TABLES.choose(Command(), found), otherwise="all")
    assert filed == {"amount": ["negative"], "sum": ["large"], "name": ["long"], "all": ["long"]}


def test_the_vendors_name_of_what_is_not_there() -> None:
    named = {field: refusals.NotFound(field=field) for field in ("note_id", "invoice_id")}
    found = {field: TABLES.resource_name(refusal) for field, refusal in named.items()}
    assert found == {"note_id": "credit", "invoice_id": "invoice"}
    assert TABLES.resource_name(refusals.NotFound()) is None


def test_a_refusal_in_no_table_is_a_fault() -> None:
    with pytest.raises(KeyError):
        TABLES.answer(Command, refusals.NoLines())
    assert TABLES.answer(Command, NEGATIVE) == Answer(422, "negative")


@pytest.mark.parametrize(
    ("raised", "answered"),
    [
        (refusals.NotFound(field="invoice_id"), "404 {'invoice_id': ['absent']}"),
        (psycopg.OperationalError("gone"), "503"),
        (ShuttingDown(), "503"),
        (ZeroDivisionError(), "500"),
    ],
)
def test_whatever_is_raised_is_answered_in_the_dialects_form(
    raised: Exception, answered: str
) -> None:
    app = seed()

    @app.get("/thing")
    async def thing() -> None:
        raise raised

    answer = send_request(app, "GET", "/thing")
    assert (answer.text, str(answer.status_code)) == (answered, answered[:3])


@pytest.mark.parametrize(
    ("method", "body", "answered"),
    [
        ("GET", None, "405"),
        ("POST", {"count": "x"}, "422 body.count:int_parsing"),
        ("POST", {}, "422 body.count:missing"),
    ],
)
def test_what_the_framework_refuses_too(method: str, body: Any, answered: str) -> None:
    app = seed()

    @app.post("/thing")
    async def thing(body: dict[str, int], count: int = 0) -> int:
        return count + len(body)

    from pydantic import BaseModel

    class Counted(BaseModel):
        count: int

    @app.post("/counted")
    async def counted(body: Counted) -> int:
        return body.count

    assert send_request(app, method, "/counted", json=body).text == answered
    assert send_request(app, "GET", "/nowhere").text == "404"
