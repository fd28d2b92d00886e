"""The ids and codes in a set of commands, to lock and load their rows before the decision."""

from collections.abc import Iterable, Iterator

import msgspec

from polaris.core import commands
from polaris.core.commands import (
    CloseBooks,
    Command,
    DeleteCatalogueItem,
    DeleteTaxCode,
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    RecordInvoice,
    ReopenBooks,
    ResumeWebhookEndpoint,
    SaveCatalogueItem,
    SaveCustomer,
    SaveTaxCode,
    SaveTenant,
    SaveWebhookEndpoint,
)
from polaris.core.commands.base import or_none
from polaris.core.commands.text import ID, UNSTORABLE, ids
from polaris.core.commands.values import Apply, NewLine, VoidNote
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.series import CUSTOMERS, INVOICES, NOTES

_FIELDS = {
    "customer_id": "customers",
    "invoice_id": "invoices",
    "new_invoice_id": "invoices",
    "payment_id": "payments",
    "note_id": "notes",
    "remainder_note_id": "notes",
    "refund_id": "refunds",
    "write_off_id": "write_offs",
    "entry_id": "entries",
    "wallet_id": "wallets",
    "lot_id": "lots",
    "catalogue_item_id": "catalogue_items",
    "tax_code_id": "tax_codes",
    "webhook_endpoint_id": "webhook_endpoints",
    "task_id": "tasks",
    "id": "lines",  # of a line to be made
    "apply_to": "invoices",
}
"""The kind of the ids in each field of a command and of its parts."""


class Scope(msgspec.Struct, kw_only=True):
    """Ids by kind. Rows that belong to them are loaded with them."""

    customers: set[str] = msgspec.field(default_factory=set)
    external_ids: set[str] = msgspec.field(default_factory=set)  # the caller's, of customers
    invoices: set[str] = msgspec.field(default_factory=set)
    payments: set[str] = msgspec.field(default_factory=set)
    notes: set[str] = msgspec.field(default_factory=set)
    refunds: set[str] = msgspec.field(default_factory=set)
    write_offs: set[str] = msgspec.field(default_factory=set)
    entries: set[str] = msgspec.field(default_factory=set)
    wallets: set[str] = msgspec.field(default_factory=set)
    lots: set[str] = msgspec.field(default_factory=set)
    lines: set[str] = msgspec.field(default_factory=set)
    drafts: set[str] = msgspec.field(default_factory=set)  # that may be closed, or use held money
    catalogue_items: set[str] = msgspec.field(default_factory=set)
    tax_codes: set[str] = msgspec.field(default_factory=set)
    webhook_endpoints: set[str] = msgspec.field(default_factory=set)  # if any: load all live ones
    tasks: set[str] = msgspec.field(default_factory=set)
    codes_of_items: set[str] = msgspec.field(default_factory=set)
    codes_of_taxes: set[str] = msgspec.field(default_factory=set)
    series: set[str] = msgspec.field(default_factory=set)  # tenant-wide series to lock
    numbers: set[str] = msgspec.field(default_factory=set)  # of documents, that may be in use
    books: bool = False  # True if the closing date of the books changes
    open_credit: bool = False  # True if the customers' spendable credit is needed
    taxed: bool = False  # True if the taxes that lines may have are needed
    refunding: bool = False  # True if states of refunds change: their tasks are needed
    billed: bool = True  # True if the lines and taxes of the invoices are needed
    booked: bool = True  # True if the entries of the invoices are needed


def scope_of(asked: Iterable[Command], noted: bool = False) -> Scope:
    """Return all ids and codes that these commands name.

    `noted` is True if a void that chooses no credit note writes one, by the tenant's setting.
    """
    scope = Scope(billed=False)
    for command in asked:
        _add_named(scope, command)
        if noted and may_be_noted(command):
            scope.series.add(NOTES)
            scope.billed = True
    return scope


def may_be_noted(command: Command) -> bool:
    """True if the tenant's setting decides whether this void writes a credit note."""
    void = getattr(command, "void_first", command)
    return isinstance(void, commands.VoidInvoice) and void.note is None


def _add_named(scope: Scope, command: Command) -> None:
    for field, one in ids(command):
        if field in _FIELDS and ID.fullmatch(one):
            getattr(scope, _FIELDS[field]).add(one)
    if _reads_original(command):
        scope.drafts |= scope.invoices & {getattr(command, "invoice_id", "")}
    _gather_codes(scope, command)
    for asked in (command, getattr(command, "void_first", None)):
        if asked:
            scope.series |= _series(asked)
            scope.open_credit |= _spends(asked)
            scope.billed |= _looks_at_lines(asked)
    scope.refunding |= isinstance(command, _REPORTING)


def _gather_codes(scope: Scope, command: Command) -> None:
    """Add the codes and external ids in the command, and whether it looks up taxes."""
    match command:
        case SaveCustomer():
            scope.external_ids |= _storable(or_none(command.external_id))
            scope.codes_of_taxes |= _storable(*(or_none(command.tax_codes) or ()))
        case SaveCatalogueItem():
            scope.codes_of_items |= _storable(or_none(command.code))
            scope.codes_of_taxes |= _storable(*(or_none(command.tax_codes) or ()))
        case SaveTaxCode():
            scope.codes_of_taxes |= _storable(or_none(command.code))
        case RecordInvoice():
            scope.numbers |= _storable(command.number)
        case CloseBooks() | ReopenBooks():
            scope.books = True
    retaxes = getattr(command, "retax", False)
    for line in _new_lines(command):
        if retaxes or line.item_code or line.tax_codes is not None:
            scope.taxed = True
            scope.codes_of_items |= _storable(line.item_code, line.code if retaxes else None)
            scope.codes_of_taxes |= _storable(*(line.tax_codes or ()))
    scope.taxed |= retaxes


def _new_lines(command: Command) -> Iterator[NewLine]:
    lines = or_none(getattr(command, "lines", None)) or ()
    return (line for line in lines if isinstance(line, NewLine))


def _series(command: Command) -> set[str]:
    """Return the tenant-wide series to lock: the command draws from it, or uses its lock."""
    if isinstance(command, _MASTERS):
        return {CUSTOMERS}
    if isinstance(command, SaveTenant):
        return {INVOICES, NOTES}
    if isinstance(command, commands.VoidInvoice):
        return {NOTES} if _writes_note(command) else set()
    if isinstance(command, _WITH_NOTE):
        return {NOTES}
    return _storable(getattr(command, "series", None))


def _storable(*names: str | None) -> set[str]:
    """Return the names that are not empty and that the database can store."""
    return {name for name in names if name and not UNSTORABLE.search(name)}


_MASTERS = (
    *(SaveCustomer, SaveCatalogueItem, DeleteCatalogueItem, SaveTaxCode, DeleteTaxCode),
    *(SaveWebhookEndpoint, DeleteWebhookEndpoint, PauseWebhookEndpoint, ResumeWebhookEndpoint),
)
"""Commands on rows with tenant-wide names; the lock on the customers' series orders them."""

_WITH_NOTE = (commands.IssueCreditNote, commands.IssueStandaloneNote, commands.ConvertRefund)

_REPORTING = (commands.UpdateRefund, commands.ConvertRefund, commands.AnnotateCreditNote)
"""Commands that change states of refunds. A failed refund has a task, which they may resolve."""


def _writes_note(command: commands.VoidInvoice) -> bool:
    asked = command.credit_minor or command.refund_minor
    quiet = None, VoidNote.NONE, VoidNote.REQUESTED
    return bool(asked) or command.note not in quiet


def _looks_at_lines(command: Command) -> bool:
    """True for all but a void without a note, which reverses entries without reading lines."""
    return not isinstance(command, commands.VoidInvoice) or _writes_note(command)


def _spends(command: Command) -> bool:
    """True if the command reads spendable credit that it does not name."""
    apply = getattr(command, "apply", None)
    to_wallet = getattr(command, "credit_to", None) is CreditTo.WALLET
    of_wallet = isinstance(command, commands.VoidWalletCredits | commands.OpenWallet)
    free = isinstance(apply, Apply) and (apply.notes or apply.wallet or apply.excess)
    return to_wallet or of_wallet or free


def _reads_original(command: Command) -> bool:
    """True if the command may read the invoices that its invoice replaces."""
    held = getattr(getattr(command, "apply", None), "held", False)
    held |= isinstance(command, commands.RegenerateInvoice)  # it may carry held money
    closes = isinstance(command, commands.DeleteDraft) or getattr(command, "skip_zero", False)
    return held or closes
