"""What each tab of a customer's page shows beside the customer."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from polaris.console.access import Visit
from polaris.console.invoice_list import invoice_list
from polaris.console.list_state import ListState
from polaris.console.pages.customer_detail import PATH, CustomerDetail
from polaris.console.pages.customer_statement import statement
from polaris.core.facts.wallet import Lot, Wallet
from polaris.engine import now
from polaris.store.read.customers import lots_of, payments_of, wallets_of
from polaris.store.read.invoice_search import search
from polaris.store.read.notes import NoteSearch, notes
from polaris.store.read.wallets import History, Sums, history, wallets

PAGE_SIZE = 25
LONGEST_HISTORY = 100
Content = Mapping[str, Any]


async def overview(visit: Visit, detail: CustomerDetail) -> Content:
    """Everything that the overview shows is in the detail."""
    return {}


async def invoices(visit: Visit, detail: CustomerDetail) -> Content:
    """Return a page of the customer's invoices, the newest first."""
    query = {**visit.request.query_params, "customer": detail.customer.id}
    state, wanted = invoice_list(query, visit.tenant.currency, visit.locale)
    window = state.window._replace(limit=PAGE_SIZE)
    found = await visit.caller.read(search, wanted, window, now())
    return {"state": state, "found": found}


async def credit_notes(visit: Visit, detail: CustomerDetail) -> Content:
    """Return a page of the customer's credit notes, the newest first."""
    state = _state(visit, detail, date)
    wanted = NoteSearch(customer_id=detail.customer.id)
    return {"state": state, "found": await visit.caller.read(notes, wanted, state.window)}


async def payments(visit: Visit, detail: CustomerDetail) -> Content:
    """Return a page of the customer's payments, the newest first."""
    state = _state(visit, detail, datetime)
    found = await visit.caller.read(payments_of, detail.customer.id, state.window)
    return {"state": state, "found": found}


class ShownWallet(NamedTuple):
    """A wallet with its credits and its history."""

    wallet: Wallet
    sums: Sums
    lots: list[Lot]
    history: History


async def customer_wallets(visit: Visit, detail: CustomerDetail) -> Content:
    """Return the customer's wallets, in the order in which they are spent."""
    own = await visit.caller.read(wallets_of, detail.customer.id)
    seen = await visit.caller.read(wallets, [wallet.id for wallet in own], now())
    return {
        "wallets": [
            ShownWallet(
                wallet,
                seen.sums[wallet.id],
                await visit.caller.read(lots_of, wallet.id),
                await visit.caller.read(history, wallet.id, limit=LONGEST_HISTORY),
            )
            for wallet in own
        ],
    }


def _state(visit: Visit, detail: CustomerDetail, key: type) -> ListState:
    """Return the state of a list inside a tab: its page only."""
    path, query = f"{PATH}/{detail.customer.id}", visit.request.query_params
    state = ListState(path, query, ("show", "after", "before"))
    state.read_page(key, limit=PAGE_SIZE)
    return state


CONTENTS: dict[str, Callable[[Visit, CustomerDetail], Awaitable[Content]]] = {
    "overview": overview,
    "invoices": invoices,
    "credit_notes": credit_notes,
    "wallets": customer_wallets,
    "payments": payments,
    "statement": statement,
}
"""The contents of each tab, by its name in the URL."""
