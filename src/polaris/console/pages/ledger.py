"""Ledger: the journal, the trial balance, the statement of an account, and the gaps of numbers."""

from collections.abc import AsyncIterator, Iterable
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from psycopg import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from polaris.console.access import Visit, page
from polaris.console.list_state import ListState
from polaris.console.rendering import render
from polaris.console.streaming import rendered, streamed
from polaris.core.commands.text import UNSTORABLE
from polaris.core.ledger.chart import CHART, TAXES
from polaris.core.ledger.posting import EntryKind
from polaris.reports import ledger
from polaris.reports.ledger import Balance
from polaris.services.lists import by_currency
from polaris.store.read.account_statements import (
    StatementSearch,
    StatementSums,
    account_statement,
)
from polaris.store.read.journal import JournalSearch, accounts_added, journal

TABS = {
    "/ledger": "Journal",
    "/ledger/trial-balance": "Trial balance",
    "/ledger/periods": "Periods",
    "/ledger/gaps": "Gaps",
    "/ledger/proofs": "Proofs",
}
"""The tabs of the ledger: their paths, and their names on the screen."""

JOURNAL = "account kind from to invoice customer entry after before".split()
STATEMENT = "currency from to after before".split()
STATEMENT_SIZE = 100
CREDIT_KINDS = frozenset({"liability", "income"})
"""The kinds of accounts whose balance is raised by credits."""

GAPS_SHOWN = 500


class TrialBalance(NamedTuple):
    """The balances of all accounts in one currency. The totals are minor units, and equal."""

    currency: str
    accounts: list[Balance]

    @property
    def debit_minor(self) -> int:
        """The sum of the balances on the debit side."""
        return sum(max(row.balance_minor, 0) for row in self.accounts)

    @property
    def credit_minor(self) -> int:
        """The sum of the balances on the credit side."""
        return sum(max(-row.balance_minor, 0) for row in self.accounts)


async def journal_shown(visit: Visit) -> Response:
    """Show the entries, the newest first."""
    state = ListState("/ledger", visit.request.query_params, JOURNAL)
    state.read_page(date)
    found = await visit.caller.read(journal, journal_search(state), state.window)
    added = await visit.caller.read(accounts_added)
    return render(
        visit,
        "ledger_journal.html",
        block="list",
        tabs=TABS,
        state=state,
        found=found,
        accounts=sorted({*CHART, *added}),
        kinds=list(EntryKind),
    )


def journal_search(state: ListState) -> JournalSearch:
    """Return the search that the URL describes."""
    kind = state.selected("kind", list(EntryKind))
    return JournalSearch(
        account=state.text("account"),
        kind=EntryKind(kind) if kind else None,
        first_day=state.day("from"),
        last_day=state.day("to"),
        invoice=state.text("invoice"),
        invoice_id=state.id("invoice"),
        customer=state.text("customer"),
        customer_id=state.id("customer"),
        entry_id=state.id("entry"),
    )


async def trial_balance_shown(visit: Visit) -> Response:
    """Show the balance of every account at the end of a day."""
    state = ListState("/ledger/trial-balance", visit.request.query_params, ["day"])
    day = state.day("day") or visit.today
    rows = await visit.caller.read(ledger.trial_balance, day)
    return render(
        visit,
        "ledger_trial_balance.html",
        tabs=TABS,
        state=state,
        through=day,
        balances=by_currency(trial_balances(rows), visit.tenant.currency),
        meanings={name: meaning for name, (_, meaning) in CHART.items()},
    )


def trial_balances(rows: Iterable[Balance]) -> list[TrialBalance]:
    """Return the balances by currency."""
    accounts: dict[str, list[Balance]] = {}
    for row in rows:
        accounts.setdefault(row.currency, []).append(row)
    return [TrialBalance(currency, found) for currency, found in accounts.items()]


async def statement_shown(visit: Visit) -> Response:
    """Show the postings of an account, with its balance after each."""
    account = visit.request.path_params["account"]
    kind, meaning = described(account, await visit.caller.read(accounts_added))
    path = visit.request.url.path
    state = ListState(path, visit.request.query_params, STATEMENT)
    state.read_page(date, ascending=True, limit=STATEMENT_SIZE)
    wanted = _statement_search(account, state, visit.tenant.currency)
    found = await visit.caller.read(account_statement, wanted, state.window)
    if not found.sums and not kind:
        raise HTTPException(404)
    other = [row.currency for row in by_currency(found.sums, visit.tenant.currency)]
    if other and wanted.currency not in other:  # the tenant's own currency was never used here
        wanted = _statement_search(account, state, other[0], chosen=False)
        found = await visit.caller.read(account_statement, wanted, state.window)
    nothing = StatementSums(wanted.currency, 0, 0, 0, 0)
    return render(
        visit,
        "ledger_account.html",
        block="list",
        tabs=TABS,
        state=state,
        found=found.page,
        account=account,
        kind=kind or "other",
        meaning=meaning,
        sign=-1 if kind in CREDIT_KINDS else 1,
        currency=wanted.currency,
        currencies=other,
        sums=next((row for row in found.sums if row.currency == wanted.currency), nothing),
    )


def _statement_search(
    account: str, state: ListState, currency: str, chosen: bool = True
) -> StatementSearch:
    return StatementSearch(
        account=account,
        currency=(state.text("currency") if chosen else None) or currency,
        first_day=state.day("from") or date.min,
        last_day=state.day("to") or date.max,
    )


def described(account: str, added: dict[str, str]) -> tuple[str | None, str]:
    """Return the kind of an account, or None if it is unknown, and its meaning.

    Raises HTTPException if the name cannot be one of an account.
    """
    if UNSTORABLE.search(account):
        raise HTTPException(404)
    if account in CHART:
        return CHART[account]
    if account.startswith(f"{TAXES}:"):
        return "liability", f"Sales tax owed: {account.partition(':')[2]}."
    return added.get(account), "An account in addition to the standard chart."


async def gaps_shown(visit: Visit) -> Response:
    """Show the numbers without a live document. The page is sent before they are known."""
    return streamed(visit, "ledger_gaps.html", _gaps(visit), tabs=TABS)


async def _gaps(visit: Visit) -> AsyncIterator[str]:
    yield rendered(visit, "ledger_gaps_step.html")
    found = await visit.caller.read(first_gaps, GAPS_SHOWN + 1)
    more = len(found) > GAPS_SHOWN
    yield rendered(visit, "ledger_gaps_found.html", gaps=found[:GAPS_SHOWN], more=more)


def first_gaps(connection: Connection[Any], tenant_id: str, limit: int) -> list[ledger.Gap]:
    """Return at most `limit` gaps."""
    return list(islice(ledger.gaps(connection, tenant_id), limit))


ROUTES = [
    page("/ledger", journal_shown),
    page("/ledger/trial-balance", trial_balance_shown),
    page("/ledger/accounts/{account:path}", statement_shown),
    page("/ledger/gaps", gaps_shown),
]
