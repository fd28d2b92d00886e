"""The statement of a customer: a tab of its page, on paper, and as a CSV file."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response

from polaris.console.access import Visit, page
from polaris.console.csv_export import Cell, csv_response, major
from polaris.console.list_state import ListState
from polaris.console.pages.customer_detail import PATH, CustomerDetail, customer_detail
from polaris.core.commands.text import ID
from polaris.core.ledger.posting import EntryKind
from polaris.services.lists import by_currency
from polaris.store.read.statements import Account, Change, statement_of

LONGEST = 1000
"""The changes that a page shows. The CSV file has all of them."""

HEADING = (
    *("date", "what", "document", "currency"),
    *("amount", "amount_minor", "balance", "balance_minor"),
)

WORDS = {
    EntryKind.FINALIZED: "Invoice",
    EntryKind.PAYMENT_RECEIVED: "Payment",
    EntryKind.PAYMENT_REVERSED: "Payment reversed",
    EntryKind.WRITTEN_OFF: "Written off",
    EntryKind.NOTE_ISSUED: "Credit note",
    EntryKind.NOTE_VOIDED: "Credit note voided",
    EntryKind.REFUND_SETTLED: "Refund paid",
    EntryKind.CREDITS_CONSUMED: "Wallet credits used",
}
MOVES = (EntryKind.NOTE_SETTLED, EntryKind.VOID_SETTLED)
"""They change what is owed only by credit from outside, or into a wallet."""

REVERSED_WORDS = {
    EntryKind.FINALIZED: "Invoice voided",
    EntryKind.WRITTEN_OFF: "Write-off taken back",
    EntryKind.NOTE_ISSUED: "Credit note taken back by the void",
    EntryKind.CREDITS_CONSUMED: "Wallet credits given back",
}


def change_words(change: Change) -> str:
    """Return what a change is, in words."""
    if change.kind in MOVES and not change.reversal:
        return "Credit moved to a wallet" if change.amount_minor > 0 else "Credit given"
    usual = WORDS.get(change.kind, change.kind.replace("_", " ").capitalize())
    return REVERSED_WORDS.get(change.kind, f"{usual}, reversed") if change.reversal else usual


class Range(NamedTuple):
    """The days of a statement, as the URL of its CSV file names them."""

    state: ListState
    since: date | None
    until: date | None

    @property
    def params(self) -> Mapping[str, str]:
        """The days as they were typed."""
        return self.state.params

    @property
    def faults(self) -> Mapping[str, str]:
        """What could not be read, by the name of the field."""
        return self.state.faults


async def statement(visit: Visit, detail: CustomerDetail) -> Mapping[str, Any]:
    """Return the statement, the form's values and the URL of the CSV file."""
    days = _range(visit, detail.customer.id)
    accounts = await _accounts(visit, detail.customer.id, days)
    return {
        "days": days,
        "accounts": accounts,
        "change_words": change_words,
        "longest": LONGEST,
        "csv": days.state.url(),
    }


async def exported(visit: Visit) -> Response:
    """Send the whole statement as CSV."""
    customer_id = visit.request.path_params["customer"]
    detail = await customer_detail(visit, customer_id) if ID.fullmatch(customer_id) else None
    if detail is None:
        raise HTTPException(404)
    days = _range(visit, customer_id)
    if days.faults:
        raise HTTPException(422, next(iter(days.faults.values())))
    accounts = await _accounts(visit, customer_id, days)
    return csv_response(f"statement-{visit.today.isoformat()}", _rows(accounts, days))


async def _accounts(visit: Visit, customer_id: str, days: Range) -> list[Account]:
    accounts = await visit.caller.read(statement_of, customer_id, days.since, days.until)
    return by_currency(accounts, visit.tenant.currency)


def _range(visit: Visit, customer_id: str) -> Range:
    path = f"{PATH}/{customer_id}/statement.csv"
    state = ListState(path, visit.request.query_params, ("from", "to"))
    since, until = state.day("from"), state.day("to")
    if since and until and since > until:
        state.faults["to"] = "The last day is before the first one."
    return Range(state, since, until)


async def _rows(accounts: list[Account], days: Range) -> AsyncIterator[Iterable[Cell]]:
    yield HEADING
    for account in accounts:
        currency = account.currency
        if days.since:
            opening = account.opening_minor
            yield (
                *(days.since.isoformat(), "Opening balance", None, currency, None, None),
                *(major(opening, currency), opening),
            )
        for change, balance in account.lines():
            yield _cells(change, balance)


def _cells(change: Change, balance_minor: int) -> Iterable[Cell]:
    return (
        change.day.isoformat(),
        change_words(change),
        change.note_number or change.invoice_number or change.payment,
        change.currency,
        major(change.amount_minor, change.currency),
        change.amount_minor,
        major(balance_minor, change.currency),
        balance_minor,
    )


ROUTES = [page(f"{PATH}/{{customer}}/statement.csv", exported)]
