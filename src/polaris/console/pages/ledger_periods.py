"""Ledger → Periods: through which day the books are closed, and closing and reopening them."""

from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.pages.ledger import TABS
from polaris.console.rendering import render
from polaris.core.commands import CloseBooks, Command, ReopenBooks
from polaris.core.scope import Scope
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.store.read.audit_log import AuditSearch, LoggedRequest, audit_page
from polaris.store.read.keyset import Window

PATH = "/ledger/periods"
HISTORY = ("CloseBooks", "ReopenBooks")
HISTORY_SIZE = 20


class PeriodChange(NamedTuple):
    """A closing or a reopening in the audit log, and the day that it names."""

    line: LoggedRequest
    through: date | None


NOT_A_DAY = "This is not a day. Type it like 2026-01-31."


async def show_periods(visit: Visit) -> Response:
    """Show the closing date, its history, and the forms that move it."""
    left = visit.request.query_params.get("writers_left", "")
    return await _page(
        visit, {}, writers_left=int(left) if left.isdecimal() and len(left) < 5 else 0
    )


async def _page(
    visit: Visit, faults: dict[str, tuple[str, str]], status: int = 200, writers_left: int = 0
) -> Response:
    """Return the page. `faults` has a sentence and a way out, by the name of the form.

    `writers_left` earlier changes may still add entries to the closed period.
    """
    facts = await visit.caller.engine.facts(visit.tenant.id, Scope())
    moves = AuditSearch(commands=HISTORY)
    history = await visit.caller.read(audit_page, moves, Window(limit=HISTORY_SIZE))
    return render(
        visit,
        "ledger_periods.html",
        status=status,
        tabs=TABS,
        closed_through=facts.books.closed_through,
        first_open=facts.books.first_open_day if facts.books.closed_through else None,
        proposed=visit.today.replace(day=1) - timedelta(days=1),
        yesterday=visit.today - timedelta(days=1),
        history=[PeriodChange(line, named_day(line)) for line in history.rows],
        faults=faults,
        new_id=new_id,
        writers_left=writers_left,
    )


def named_day(line: LoggedRequest) -> date | None:
    """Return the day that a closing or reopening names, or None."""
    return _day_typed(msgspec.json.decode(line.request).get("through") or "")


async def close_period(visit: Visit) -> Response:
    """Close the books through a day, and go back to the page."""
    day = _day_typed(visit.text("through"))
    if day is None:
        return await _page(visit, {"close": (NOT_A_DAY, "")}, 422)
    return await _performed(visit, "close", CloseBooks(through=day))


async def reopen_period(visit: Visit) -> Response:
    """Move the closing date back, and go back to the page. An empty day opens all days."""
    day = _day_typed(visit.text("through"))
    if day is None and visit.text("through"):
        return await _page(visit, {"reopen": (NOT_A_DAY, "")}, 422)
    return await _performed(visit, "reopen", ReopenBooks(through=day))


def _day_typed(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _performed(visit: Visit, form: str, command: Command) -> Response:
    try:
        outcome = await visit.caller.perform(command)
    except CommandRefused as refused:
        (first, *_) = refused.refusals
        fault = {form: (first.sentence, first.instead)}
        return await _page(visit, fault, 422, refused.writers_left)
    left = f"?writers_left={outcome.writers_left}" if outcome.writers_left else ""
    return RedirectResponse(f"{PATH}{left}", 303)


ROUTES = [
    page(PATH, show_periods),
    action(f"{PATH}/close", close_period, Role.ADMIN),
    action(f"{PATH}/reopen", reopen_period, Role.ADMIN),
]
