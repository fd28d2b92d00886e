"""The first day on which an entry can be booked: an effect is never dated before its cause.

An entry rests on the entry that it reverses, on the booking of its invoice, and on the entries that
added to the balances that it draws on. Payments, credit notes, lots and refunds remember the last
day on which something was added to their balance, as `available_from`. The balances of an invoice
are followed day by day, because all its entries are loaded with it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Settlement
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Account
from polaris.core.facts.wallet import Lot
from polaris.core.ledger import chart
from polaris.core.ledger.posting import Entry, EntryKind, Posting

R = TypeVar("R", bound=Row)

Source = Payment | CreditNote | Lot | Refund
"""A row with a balance that entries draw on."""


class Rows(Protocol):
    """The rows of a decision, as far as the dating of entries reads them."""

    @property
    def rows(self) -> Mapping[type[Row], Mapping[str, Row]]:
        """Return the rows that the decision has added or changed."""

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        """Return the row as the decision leaves it, or None."""

    def of(self, kind: type[R], field: str, value: str) -> list[R]:
        """Return the rows whose field has this value."""


class Balance(NamedTuple):
    """The accounts on which the balances of a kind of source lie, and a source's own balance."""

    accounts: frozenset[str]
    minor: Callable[[Source], int]


def _minor(field: str) -> Callable[[Source], int]:
    return lambda row: int(getattr(row, field))


def _owed_minor(refund: Source) -> int:
    ended = getattr(refund, "state", None) in (RefundState.SETTLED, RefundState.CONVERTED)
    return 0 if ended else refund.amount_minor if isinstance(refund, Refund) else 0


BALANCES: dict[type[Source], Balance] = {
    Payment: Balance(frozenset({chart.UNAPPLIED}), _minor("unused_minor")),
    CreditNote: Balance(frozenset({chart.NOTES}), _minor("balance_minor")),
    # Granted credits are booked as a discount when they are spent.
    Lot: Balance(frozenset({chart.WALLETS, chart.PROMOTIONAL}), _minor("left_minor")),
    Refund: Balance(frozenset({chart.REFUNDS}), _owed_minor),
}
"""Where the balance of each kind of source lies."""

KINDS: dict[str, type[Source]] = {kind.table: kind for kind in BALANCES}
"""The kinds of sources by the name of their table, which postings name."""

SPENDABLE = frozenset({chart.UNAPPLIED, chart.NOTES, chart.WALLETS, chart.REFUNDS})
"""The accounts that an invoice shares with other invoices of its customer."""


def day_of(row: Row) -> date | None:
    """Return the day of an entry, or the day from which a source's balance can be used."""
    field = _DAY_FIELDS.get(type(row))
    day: date | None = getattr(row, field) if field else None
    return day


_DAY_FIELDS: dict[type[Row], str] = {
    Entry: "accounting_date",
    **dict.fromkeys(BALANCES, "available_from"),
}


def first_possible_day(rows: Rows, entries: Iterable[Entry]) -> date:
    """Return the first day on which these entries can be booked together."""
    entries = tuple(entries)
    postings = [posting for entry in entries for posting in entry.postings]
    days = [date.min, *booking_days(rows, postings), *drawn_days(rows, postings)]
    for entry in entries:
        reversed_entry = rows.get(Entry, entry.reverses)
        if reversed_entry is not None:
            days.append(reversed_entry.accounting_date)
        else:
            days += [day for one in entry.postings for day in source_days(rows, entry.kind, one)]
    return max(days)


def booking_days(rows: Rows, postings: Iterable[Posting]) -> Iterator[date]:
    """Yield the days on which the invoices of the postings were booked."""
    for invoice_id in {posting.invoice_id for posting in postings if posting.invoice_id}:
        for entry in rows.of(Entry, "invoice_id", invoice_id):
            if entry.kind is EntryKind.FINALIZED and entry.reverses is None:
                yield entry.accounting_date


# ---------------------------------------------------------------- the balances of an invoice


def drawn_days(rows: Rows, postings: Iterable[Posting]) -> Iterator[date]:
    """Yield the first possible day for each balance of an invoice that the postings lower."""
    changes: dict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        for account, amount in balance_changes(rows, posting):
            if posting.invoice_id:
                changes[posting.invoice_id, account] += amount
    for (invoice_id, account), amount in changes.items():
        if amount < 0:
            yield enough_from(rows, invoice_id, account, -amount)


def balance_changes(rows: Rows, posting: Posting) -> Iterator[tuple[str, int]]:
    """Yield the accounts of a posting that may not fall below zero, with the change of each."""
    if posting.debit == chart.RECEIVABLE:
        yield posting.debit, posting.amount_minor
    elif is_liability(rows, posting.debit):
        yield posting.debit, -posting.amount_minor
    if posting.credit == chart.RECEIVABLE:
        yield posting.credit, -posting.amount_minor
    elif is_liability(rows, posting.credit):
        yield posting.credit, posting.amount_minor


def is_liability(rows: Rows, account: str) -> bool:
    """Return True if the account is one of what the tenant owes."""
    if account in chart.CHART:
        return chart.CHART[account][0] == "liability"
    own = rows.get(Account, account)
    return own is not None and own.kind == "liability"


def enough_from(rows: Rows, invoice_id: str, account: str, amount_minor: int) -> date:
    """Return the first day from which an amount can be drawn from an invoice's balance.

    If the balance ends below the amount, the rest follows in the same decision; then it is the
    first day from which the balance never falls below its end. What an invoice gave back to an
    account of the customer can be drawn from the last day on which it gave something.
    """
    changes = [
        (entry.accounting_date, sum(_changes(rows, entry, account)))
        for entry in rows.of(Entry, "invoice_id", invoice_id)
    ]
    if account in SPENDABLE:
        return max((day for day, amount in changes if amount > 0), default=date.min)
    by_day: dict[date, int] = defaultdict(int)
    for day, amount in changes:
        by_day[day] += amount
    return first_day_at_least(by_day, min(amount_minor, sum(by_day.values())))


def _changes(rows: Rows, entry: Entry, account: str) -> Iterator[int]:
    for posting in entry.postings:
        for changed_account, amount in balance_changes(rows, posting):
            if changed_account == account:
                yield amount


def first_day_at_least(by_day: Mapping[date, int], least_minor: int) -> date:
    """Return the first day from which the sum of the changes is never below an amount again."""
    first, balance = date.min, 0
    enough = balance >= least_minor
    for day in sorted(by_day):
        balance += by_day[day]
        if balance >= least_minor and not enough:
            first = day
        enough = balance >= least_minor
    return first


# ---------------------------------------------------------------- the sources of an entry


def source_days(rows: Rows, kind: EntryKind, posting: Posting) -> Iterator[date]:
    """Yield the days of the sources that a posting names or draws on."""
    source = rows.get(KINDS[posting.source], posting.source_id) if posting.source in KINDS else None
    if source is not None:
        yield available_day(rows, source)
    if isinstance(source, CreditNote):
        yield from note_days(rows, source)
    if isinstance(source, Refund):
        yield from refunded_days(rows, source, posting)
    if kind is EntryKind.TOP_UP_LANDED and posting.invoice_id:
        live = (row for row in rows.of(Settlement, "invoice_id", posting.invoice_id) if row.live)
        yield from settlement_days(rows, live)
    if posting.invoice_id and posting.debit == chart.UNAPPLIED:
        yield from held_days(rows, posting.invoice_id)
    if posting.invoice_id and posting.debit == chart.WALLETS and not isinstance(source, Lot):
        for lot in rows.of(Lot, "invoice_id", posting.invoice_id):
            yield available_day(rows, lot)


def note_days(rows: Rows, note: CreditNote) -> Iterator[date]:
    """Yield the day of the note's own booking, and of the payments that it refunds."""
    document = rows.get(Entry, note.document_entry_id)
    if document is not None:
        yield document.accounting_date
    refunds = [row for row in changed(rows, Refund) if row.note_id == note.id]
    settlements = [rows.get(Settlement, row.settlement_id) for row in refunds]
    yield from settlement_days(rows, [row for row in settlements if row is not None])


def refunded_days(rows: Rows, refund: Refund, posting: Posting) -> Iterator[date]:
    """Yield the day of the note or the payment that a refund is taken from.

    A note's credit can be backed by money that came after the note.
    """
    note, payment = rows.get(CreditNote, refund.note_id), rows.get(Payment, refund.payment_id)
    if note is not None and posting.debit == chart.NOTES:
        yield available_day(rows, note)
        backing = rows.get(Settlement, refund.settlement_id)
        yield from settlement_days(rows, [backing] if backing else [])
    if payment is not None and posting.debit == chart.UNAPPLIED and not posting.invoice_id:
        yield available_day(rows, payment)


def settlement_days(rows: Rows, settlements: Iterable[Settlement]) -> Iterator[date]:
    """Yield the days on which these settlements were booked."""
    for row in settlements:
        entry = rows.get(Entry, row.entry_id)
        if entry is not None:
            yield entry.accounting_date


def held_days(rows: Rows, invoice_id: str) -> Iterator[date]:
    """Yield the days of payments that a voided invoice holds without an entry of its own."""
    for row in changed(rows, Settlement):
        payment = rows.get(Payment, row.source_id)
        if row.invoice_id == invoice_id and row.entry_id is None and payment is not None:
            yield available_day(rows, payment)


def available_day(rows: Rows, source: Source) -> date:
    """Return the day from which the whole balance of a source can be used."""
    days = [source.available_from or date.min]
    if source.id in rows.rows.get(type(source), {}):
        accounts = BALANCES[type(source)].accounts
        days += added_days(rows, source.customer_id, accounts)
        days += freed_days(rows, source, accounts & SPENDABLE)
    return max(days)


def freed_days(rows: Rows, source: Source, accounts: frozenset[str]) -> Iterator[date]:
    """Yield the days of what invoices gave back to a source, or to credit that is new.

    Credit that is given out of credit on the same account has no entry of its own.
    """
    is_new = isinstance(source, CreditNote | Lot) and not source.version
    for row in changed(rows, Settlement):
        if is_new or row.source_id == source.id:
            for account in accounts:
                yield enough_from(rows, row.invoice_id, account, 0)


def added_days(rows: Rows, customer_id: str, accounts: frozenset[str]) -> Iterator[date]:
    """Yield the days of the decision's own entries that add to these accounts."""
    for entry in changed(rows, Entry):
        for posting in entry.postings:
            if posting.credit in accounts and posting.customer_id == customer_id:
                yield entry.accounting_date


def changed(rows: Rows, kind: type[R]) -> list[R]:
    """Return the rows of a kind that the decision has added or changed."""
    return list(rows.rows.get(kind, {}).values())  # type: ignore[arg-type]  # of its own kind


def raised(rows: Rows, before: Row | None, after: Source) -> bool:
    """Return True if something was added to the balance of a source, even if it is used again."""
    kind = type(after)
    minor = BALANCES[kind].minor
    if minor(after) > (minor(before) if isinstance(before, kind) else 0):
        return True
    return any(
        posting.source_id == after.id and posting.credit in BALANCES[kind].accounts
        for entry in changed(rows, Entry)
        for posting in entry.postings
    )
