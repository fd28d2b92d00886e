"""The effects of a command for people, and the outcome that a user agrees to with --expect."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from polaris.cli.tables import columns
from polaris.core.effects import Effects
from polaris.core.effects.effect import InvoiceEffect, NoteEffect
from polaris.money import printed

Expect = Annotated[
    str | None,
    typer.Option(
        metavar="FINGERPRINT",
        help="Refuse the command if its outcome is not the previewed one. Give the fingerprint that"
        " --preview prints, or a file with the output of --preview --json: then the refusal names"
        " what has changed.",
    ),
]

FINGERPRINT = re.compile("[0-9a-f]{64}")


class Agreed(NamedTuple):
    """The outcome that the user agrees to; without a fingerprint every outcome."""

    fingerprint: str | None = None
    effects: Effects | None = None


class _Previewed(msgspec.Struct):
    fingerprint: str
    effects: Effects


def agreed(expect: str | None) -> Agreed:
    """Return the outcome that --expect names. Raises typer.BadParameter."""
    if expect is None or FINGERPRINT.fullmatch(expect):
        return Agreed(expect)
    try:
        seen = msgspec.json.decode(Path(expect).read_bytes(), type=_Previewed)
    except (OSError, msgspec.DecodeError) as fault:
        raise typer.BadParameter(
            f"--expect {expect} is neither a fingerprint nor a file that --preview --json wrote."
        ) from fault
    return Agreed(seen.fingerprint, seen.effects)


def effects_table(effects: Effects) -> Table:
    """Return what a command does, one effect per row. The ledger lines are a table of their own."""
    table = columns("Effect", "On", "What", "Amount", right=("Amount",))
    for row in [*document_rows(effects), *money_rows(effects), *balance_rows(effects)]:
        table.add_row(*row)
    for change in effects.changes:
        what = f"{change.before or 'nothing'} → {change.after or 'nothing'}"
        table.add_row("change", f"{change.subject}, {change.field}", what, "")
    return table


def document_rows(effects: Effects) -> Iterator[tuple[str, str, str, str]]:
    """Yield the invoices and credit notes."""
    for invoice in effects.invoices:
        yield (
            *("invoice", named(invoice), became(invoice.status_before, invoice.status)),
            printed(invoice.total_minor, invoice.currency),
        )
    for note in effects.credit_notes:
        parts = (("offset", note.offset_minor), (f"credit to {note.credit_to}", note.credit_minor))
        gives = [
            f"{word} {printed(amount, note.currency)}"
            for word, amount in (*parts, ("refund", note.refund_minor))
            if amount
        ]
        what = f"{became(note.status_before, note.status)}; {', '.join(gives) or 'gives nothing'}"
        yield "credit note", named(note), what, printed(note.total_minor, note.currency)


def named(document: InvoiceEffect | NoteEffect) -> str:
    """Return the number of a document, with the one that it gets if it has none yet."""
    if document.next_number is None:
        return document.name
    return f"{document.name}, to be {document.next_number}"


def became(before: str | None, after: str) -> str:
    """Return two statuses as a step."""
    return f"{before or 'new'} → {after}"


def money_rows(effects: Effects) -> Iterator[tuple[str, str, str, str]]:
    """Yield settlements, refunds, wallet credits and taxes."""
    for one in effects.settlements:
        moved = printed(one.settled_minor - one.settled_before_minor, one.currency)
        source = f"{one.kind.replace('_', ' ')} {one.source}".strip()
        yield "settlement", one.invoice, source, moved
    for refund in effects.refunds:
        what = became(refund.state_before, refund.state)
        yield "refund", refund.payment, what, printed(refund.amount_minor, refund.currency)
    for wallet in effects.wallets:
        amount = printed(wallet.amount_minor, wallet.currency)
        yield "wallet", wallet.wallet, wallet.kind, amount
    for tax in effects.taxes:
        what = "owed" if tax.amount_minor > 0 else "taken back"
        yield "tax", f"{tax.name} ({tax.code})", what, printed(tax.amount_minor, tax.currency)


def balance_rows(effects: Effects) -> Iterator[tuple[str, str, str, str]]:
    """Yield the balances before and after."""
    for one in (*effects.receivable, *effects.credit):
        before, after = (
            printed(amount, one.currency) for amount in (one.before_minor, one.after_minor)
        )
        yield "balance", one.balance, f"{before} → {after}", ""


def fingerprint_line(fingerprint: str) -> Text:
    """Return the fingerprint with what it is for."""
    return Text.assemble("Fingerprint for --expect: ", (fingerprint, "bold"))
