"""`polaris invoice`: read invoices, and take them through their life."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from polaris.cli import tables
from polaris.cli.answer import document, say, told
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, open_session
from polaris.core.commands import Command, FinalizeInvoice, VoidInvoice
from polaris.core.commands.values import Apply, VoidNote
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.event import Event
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.ledger.posting import Entry
from polaris.money import exponent
from polaris.store.read import invoices

group = typer.Typer(help="Read invoices, finalize and void them, and ask what is allowed.")

Named = Annotated[
    str, typer.Argument(metavar="INVOICE", help="Its number, or its id as drafts have none.")
]
OnlyPreview = Annotated[
    bool, typer.Option("--preview", help="Show what would be booked; change nothing.")
]


Reason = Annotated[str | None, typer.Option(help="Why: a code, of the tenant's list if any.")]
Comment = Annotated[str | None, typer.Option(help="Why, in words.")]
CreditAmount = Annotated[
    str, typer.Option("--credit", metavar="AMOUNT", help="Give this much as credit, as in 12.50.")
]
RefundAmount = Annotated[
    str, typer.Option("--refund", metavar="AMOUNT", help="Send this much of the money back.")
]
To = Annotated[CreditTo, typer.Option(help="Where the credit goes.")]
Note = Annotated[VoidNote, typer.Option(help="The credit note to write.")]
IssueDate = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day it is issued; today if none."),
]
Dated = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day it is booked on."),
]


class Booked(NamedTuple):
    """What became of an invoice, or would."""

    invoice: Invoice
    entries: list[Entry]
    events: tuple[Event, ...]


class Credit(StrEnum):
    """What may settle an invoice at once."""

    NOTES = "notes"
    WALLET = "wallet"
    EXCESS = "excess"


@group.command("list")
def list_(
    tenant: TenantId,
    status: Annotated[Status | None, typer.Option(help="Only those in this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=invoices.LONGEST_PAGE, help="At most.")] = 20,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List invoices: drafts first, then the newest."""
    with open_session(tenant, data_dir, database_url) as session:
        found = invoices.invoices(session.connection, session.tenant.id, status=status, limit=limit)
    if as_json:
        document(found)
    elif not found:
        say("No such invoice yet. Next: polaris import online-retail FILE, or polaris demo.")
    else:
        say(tables.invoices(found))
        if len(found) == limit:
            say(f"The first {limit}; --limit shows more.")


@group.command("show")
def show_(
    invoice: Named,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show an invoice: lines, what settled it, credit notes, refunds, and its ledger."""
    with open_session(tenant, data_dir, database_url) as session:
        whole = session.invoice(session.invoice_id(invoice))
    if as_json:
        document(whole)
    else:
        say(tables.spaced(tables.whole(whole), tables.entries(whole.entries)))


@group.command()
def explain(
    invoice: Named,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say for every command whether it is allowed now; if not, why, and what to do instead."""
    with open_session(tenant, data_dir, database_url) as session:
        whole = session.invoice(session.invoice_id(invoice))
        answers = session.engine.explain(session.tenant.id, whole.invoice.id)
    if as_json:
        document(
            [one._asdict() | {"refusals": [told(why) for why in one.refusals]} for one in answers]
        )
    else:
        say(tables.answers(answers))


@group.command()
def finalize(
    invoice: Named,
    tenant: TenantId,
    issue_date: IssueDate = None,
    apply: Annotated[
        list[Credit] | None, typer.Option(help="Settle it with this credit of the customer.")
    ] = None,
    preview: OnlyPreview = False,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Number a draft and book it."""
    with open_session(tenant, data_dir, database_url) as session:
        command = FinalizeInvoice(
            invoice_id=session.invoice_id(invoice),
            issue_date=issue_date.date() if issue_date else None,
            apply=Apply(**dict.fromkeys(apply or (), True)),
        )
        carry_out(session, command, preview=preview, as_json=as_json)


@group.command()
def void(
    invoice: Named,
    tenant: TenantId,
    reason: Reason = None,
    comment: Comment = None,
    credit: CreditAmount = "0",
    refund: RefundAmount = "0",
    to: To = CreditTo.NOTE,
    note: Note = VoidNote.REQUESTED,
    dated: Dated = None,
    preview: OnlyPreview = False,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take an invoice out of the books; money received is held, unless given back."""
    with open_session(tenant, data_dir, database_url) as session:
        before = session.invoice(session.invoice_id(invoice)).invoice
        command = VoidInvoice(
            invoice_id=before.id,
            reason=reason,
            comment=comment,
            credit_minor=minor(credit, before.currency, "--credit"),
            refund_minor=minor(refund, before.currency, "--refund"),
            credit_to=to,
            note=note,
            dated=dated.date() if dated else None,
        )
        carry_out(session, command, preview=preview, as_json=as_json)


@group.command("preview")
def preview_(
    invoice: Named,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show what the next step would book: finalizing a draft, voiding an invoice."""
    with open_session(tenant, data_dir, database_url) as session:
        invoice_id = session.invoice_id(invoice)
        draft = session.invoice(invoice_id).invoice.status is Status.DRAFT
        step = FinalizeInvoice if draft else VoidInvoice
        carry_out(session, step(invoice_id=invoice_id), preview=True, as_json=as_json)


def carry_out(
    session: Session, command: FinalizeInvoice | VoidInvoice, *, preview: bool, as_json: bool
) -> None:
    """Do it, or only look ahead, and show what it booked. Raises Declined."""
    before = session.invoice(command.invoice_id).invoice
    seen = foreseen(session, command, before) if preview else done(session, command, before)
    if as_json:
        document({"done": not preview, **seen._asdict()})
        return
    name = seen.invoice.number or seen.invoice.id
    verb, rest = ("would be", "; nothing was changed") if preview else ("is", "")
    sentence = Text.assemble((name, "bold"), f" {verb} {seen.invoice.status}{rest}.")
    say(tables.spaced(sentence, tables.entries(seen.entries), tables.events(seen.events)))


def done(session: Session, command: Command, before: Invoice) -> Booked:
    """Perform a command on an invoice: what came of it."""
    outcome = session.perform(command, before.currency)
    after = session.invoice(before.id)
    booked = [entry for entry in after.entries if entry.command_id == outcome.request_id]
    return Booked(after.invoice, booked, outcome.events)


def foreseen(session: Session, command: Command, before: Invoice) -> Booked:
    """What would come of a command on an invoice."""
    outcome, rows = session.preview(command, before.currency)
    after = [row for row in rows if isinstance(row, Invoice) and row.id == before.id]
    booked = [row for row in rows if isinstance(row, Entry)]
    return Booked(after[-1], booked, outcome.events)


def minor(amount: str, currency: str, option: str) -> int:
    """An amount as a person writes it, in minor units; nothing is ever rounded."""
    try:
        exact = Decimal(amount).scaleb(exponent(currency))
        whole = int(exact)
    except (InvalidOperation, OverflowError, ValueError) as malformed:
        raise typer.BadParameter(f"{option} {amount} is no amount.") from malformed
    if whole != exact:
        raise typer.BadParameter(f"{option} {amount} is finer than {currency} can be paid.")
    return whole
