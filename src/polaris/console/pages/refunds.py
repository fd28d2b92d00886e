"""Billing → Refunds: the list, one refund with the calls of its provider, and its changes."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Raw
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.confirming import Objections, Proposal, confirm, differences_in, propose
from polaris.console.list_state import ListState
from polaris.console.rendering import render
from polaris.core.commands import Command
from polaris.core.facts.payment import MANUAL, RefundState
from polaris.core.refusals import NotFound, Refusal
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.services.refunds import (
    RefundDetail,
    converting,
    failing,
    list_refunds,
    refund_detail,
    settling,
)
from polaris.store.read.refunds import FoundRefund, RefundSearch
from polaris.store.refund_attempts import AttemptCall, AttemptResult

PATH = "/billing/refunds"
NAMES = ("status", "customer", "after", "before")
LONGEST_TEXT = 500


class RefundTab(StrEnum):
    """A tab of the list."""

    ALL = "all"
    BY_HAND = "by_hand"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    SETTLED = "settled"


STARTED = (RefundState.REQUESTED, RefundState.SENT, RefundState.PENDING)
SEARCHES = {
    RefundTab.ALL: RefundSearch(),
    RefundTab.BY_HAND: RefundSearch(states=STARTED, provider=MANUAL),
    RefundTab.UNDER_WAY: RefundSearch(states=STARTED, not_provider=MANUAL),
    RefundTab.FAILED: RefundSearch(states=(RefundState.FAILED, RefundState.UNKNOWN)),
    RefundTab.SETTLED: RefundSearch(states=(RefundState.SETTLED,)),
}
TITLES = {
    RefundTab.ALL: "All",
    RefundTab.BY_HAND: "To pay out by hand",
    RefundTab.UNDER_WAY: "Under way",
    RefundTab.FAILED: "Failed or unclear",
    RefundTab.SETTLED: "Settled",
}
OLDEST_FIRST = (RefundTab.BY_HAND, RefundTab.UNDER_WAY, RefundTab.FAILED)
"""The tabs of work that waits: what has waited longest comes first."""

CALLS = {
    AttemptCall.SEND: "Asked to send the money",
    AttemptCall.FIND: "Asked what became of the refund",
}
RESULTS = {
    AttemptResult.REPORTED: "The provider reported the refund",
    AttemptResult.MISSING: "The provider does not have the refund",
    AttemptResult.NOT_TAKEN: "The provider took no requests",
    AttemptResult.UNCLEAR: "No clear answer",
    AttemptResult.WITHDRAWN: "Not called: the refund had changed",
    AttemptResult.LOST: "The program ended before it recorded an answer",
}


class RefundChange(NamedTuple):
    """A change that an operator can make to a refund, and what its form says."""

    title: str
    sentence: str
    button: str
    command: Callable[[str, str], Command]  # of the refund's id and the typed text
    label: str = ""  # of the text; empty if the form has none
    missing: str = ""  # the fault of a form without text; empty if the text is optional


CHANGES = {
    "settle": RefundChange(
        "Mark as paid",
        "Record that the money of the refund was paid out.",
        "Mark as paid",
        lambda refund_id, text: settling(refund_id, text or None),
        label="Reference of the bank or the provider (optional)",
    ),
    "fail": RefundChange(
        "Mark as failed",
        "Record that the money was not paid out. The refund is still owed.",
        "Mark as failed",
        failing,
        label="Why it failed",
        missing="Write why the refund failed.",
    ),
    "convert": RefundChange(
        "Convert to credit",
        "Give the customer credit instead of the money. This cannot be undone.",
        "Convert to credit",
        lambda refund_id, _: converting(refund_id, new_id()),
    ),
}

# ---------------------------------------------------------------- the list


async def listed(visit: Visit) -> Response:
    """Show a list of refunds."""
    state = ListState(PATH, visit.request.query_params, NAMES)
    tab = state.choice("status", RefundTab, RefundTab.ALL)
    state.read_page(datetime, ascending=tab in OLDEST_FIRST)
    wanted = replace(SEARCHES[tab], customer_id=state.id("customer"))
    return render(
        visit,
        "refunds.html",
        block="list",
        state=state,
        found=await list_refunds(visit.caller, wanted, state.window),
        tabs={one: state.url(status=one, after=None, before=None) for one in RefundTab},
        titles=TITLES,
        shown=tab,
        oldest_first=tab in OLDEST_FIRST,
    )


# ---------------------------------------------------------------- one refund


async def show_refund(visit: Visit) -> Response:
    """Show a refund with its attempts, and which changes are possible."""
    detail = await _detail(visit)
    return render(
        visit,
        "refund.html",
        refund=detail.refund,
        attempts=detail.attempts,
        calls=CALLS,
        results=RESULTS,
        json_text=_json_text,
        by_hand=detail.refund.provider == MANUAL,
        changes=CHANGES,
        refused=await _refused_changes(visit, detail.refund),
    )


async def _detail(visit: Visit) -> RefundDetail:
    """Return the refund that the path names. Raises HTTPException if there is none."""
    try:
        return await refund_detail(visit.caller, visit.request.path_params["refund"])
    except NotFound as unknown:
        raise HTTPException(404) from unknown


def _json_text(value: Raw) -> str:
    return bytes(value).decode()


async def _refused_changes(visit: Visit, refund: FoundRefund) -> dict[str, Refusal]:
    """Return why a change is not possible now, by its name; nothing for one that is possible."""
    if not visit.may(Role.OPERATOR):
        return {}
    proposals = await asyncio.gather(
        *(propose(visit, change.command(refund.id, "")) for change in CHANGES.values())
    )
    of_changes = zip(CHANGES, proposals, strict=True)
    return {name: made.refusals[0] for name, made in of_changes if made.refusals}


# ---------------------------------------------------------------- its changes


def _routes(name: str, change: RefundChange) -> Iterable[Route]:
    """Return the routes of the form of a change."""

    async def asked(visit: Visit) -> Response:
        return await _form(visit, await _detail(visit), change)

    async def changed(visit: Visit) -> Response:
        return await _change(visit, await _detail(visit), change)

    path = f"{PATH}/{{refund}}/{name}"
    return page(path, asked, Role.OPERATOR), action(path, changed)


async def _change(visit: Visit, detail: RefundDetail, change: RefundChange) -> Response:
    """Make the change, and show the refund again."""
    text, refund_id = visit.text("text"), detail.refund.id
    if change.missing and not text:
        return await _form(visit, detail, change, fault=change.missing)
    try:
        await confirm(visit, change.command(refund_id, text))
    except CommandRefused as refused:
        return await _form(visit, detail, change, refused.refusals)
    target = f"{PATH}/{refund_id}"
    if visit.by_script:
        return Response(status_code=204, headers={"hx-redirect": target})
    return RedirectResponse(target, 303)


async def _form(
    visit: Visit,
    detail: RefundDetail,
    change: RefundChange,
    refused: tuple[Refusal, ...] = (),
    fault: str = "",
) -> Response:
    proposal = await propose(visit, change.command(detail.refund.id, ""))
    against = _objections(visit, detail.refund, proposal, refused)
    return render(
        visit,
        "refund_change.html",
        block="form",
        status=422 if fault else against.status,
        detail=detail,
        refund=detail.refund,
        change=change,
        proposal=proposal,
        objections=against,
        text=visit.text("text"),
        fault=fault,
        longest=LONGEST_TEXT,
    )


def _objections(
    visit: Visit, refund: FoundRefund, proposal: Proposal, refused: tuple[Refusal, ...]
) -> Objections:
    """Return why the form was `refused`, or why its command would be refused now."""
    if not refused:
        return Objections(proposal.refusals)
    differences = tuple(differences_in(refused, refund.currency, visit.locale))
    return Objections(() if differences else refused, differences, sent=True)


ROUTES = [
    page(PATH, listed),
    page(f"{PATH}/{{refund}}", show_refund),
    *(route for name, change in CHANGES.items() for route in _routes(name, change)),
]
