"""Calls on refunds: what is to be paid out, and what the providers answered."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from polaris.core.commands.text import ID
from polaris.core.facts.payment import RefundState
from polaris.core.refusals import NotFound
from polaris.dialects.polaris.requests.call import Reads
from polaris.dialects.polaris.requests.windows import Windowed, place_text, readable_place, storable
from polaris.dialects.polaris.responses import outcomes
from polaris.services.refunds import list_refunds, refund_detail
from polaris.store.read.refunds import RefundSearch, available_money

router = APIRouter(tags=["refunds"])


@router.get("/refunds")
async def refunds(
    call: Reads,
    window: Windowed,
    state: Annotated[list[RefundState] | None, Query(description="Can be repeated.")] = None,
    provider: Annotated[str | None, Query(description="Such as `manual` or `stripe`.")] = None,
    customer_id: Annotated[str | None, Query(description="The customer's id.")] = None,
    invoice_id: Annotated[str | None, Query(description="The invoice's id.")] = None,
) -> Response:
    """List refunds, the newest first. Without `state`, in every state.

    Record what happened with the commands `UpdateRefund` and `ConvertRefund`.
    """
    for field, value in (("customer_id", customer_id), ("invoice_id", invoice_id)):
        if value is not None and not ID.fullmatch(value):
            raise NotFound(field=field, id=value)
    wanted = RefundSearch(
        states=tuple(state or ()),
        provider=storable("provider", provider),
        customer_id=customer_id,
        invoice_id=invoice_id,
    )
    with readable_place():
        page = await list_refunds(call, wanted, window)
    rows = [row._asdict() for row in page.rows]
    return outcomes.answer({"refunds": rows, "next": place_text(page.after)})


@router.get("/refund/{refund_id}")
async def refund(call: Reads, refund_id: str) -> Response:
    """Show a refund, with every call of its provider."""
    found = await refund_detail(call, refund_id)
    attempts = [attempt._asdict() for attempt in found.attempts]
    return outcomes.answer({**found.refund._asdict(), "attempts": attempts})


@router.get("/available-money")
async def money(call: Reads, window: Windowed) -> Response:
    """List received money that can be refunded, the newest first.

    It is unused, or held for the voided invoice `invoice_id`. Refund it with the command
    `RequestRefund`; `RemovePayment` releases held money; `ApplyPayment` uses unused money.
    """
    with readable_place():
        page = await call.read(available_money, window)
    rows = [row._asdict() for row in page.rows]
    return outcomes.answer({"available_money": rows, "next": place_text(page.after)})
