"""`polaris invoice`: read, preview, finalize and void invoices. See also `settling`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from polaris.api.coercion import read_decimal, readable
from polaris.cli import tables
from polaris.cli.answer import document, refusal_json, say
from polaris.cli.effects import Agreed, Expect, agreed, effects_table, fingerprint_line
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, open_session
from polaris.core.commands import (
    ApplyCreditNote,
    ApplyPayment,
    Command,
    FinalizeInvoice,
    RemoveCreditNote,
    RemovePayment,
    VoidInvoice,
)
from polaris.core.commands.values import Apply, TopUpPolicy, VoidNote
from polaris.core.effects import Effects
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.event import Event
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.ledger.posting import Entry
from polaris.money import exponent
from polaris.store.read import invoices

group = typer.Typer(help="List, show, finalize, settle and void invoices.")

Named = Annotated[
    str, typer.Argument(metavar="INVOICE", help="Invoice number, or id (drafts have no number).")
]
OnlyPreview = Annotated[
    bool, typer.Option("--preview", help="Show what would be booked, without changing anything.")
]


Reason = Annotated[
    str | None,
    typer.Option(
        metavar="CODE", help="Reason code. If the tenant has void_reasons, it must be one of them."
    ),
]
Comment = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Comment that is stored with the void.")
]
CreditAmount = Annotated[
    str,
    typer.Option(
        "--credit",
        metavar="AMOUNT",
        help="Amount to give as credit, in the invoice's currency, such as 12.50.",
    ),
]
RefundAmount = Annotated[
    str,
    typer.Option(
        "--refund",
        metavar="AMOUNT",
        help="Amount of received money to refund, in the invoice's currency, such as 12.50.",
    ),
]
To = Annotated[
    CreditTo,
    typer.Option(help="Where --credit goes: to a credit note, or to the customer's wallet."),
]
Note = Annotated[
    VoidNote | None,
    typer.Option(
        help="Credit note to issue. requested: for --credit and --refund. "
        "requested_and_voided_remainder: also one for the rest, which is voided at once. "
        "adjustment: for the whole invoice, without credit or refund. "
        "Default: requested, or adjustment by the setting void_with_credit_note."
    ),
]
TopUp = Annotated[
    TopUpPolicy,
    typer.Option(
        "--top-up",
        help="Credits that the invoice sold. exchange: what goes back is taken out of the unspent "
        "ones. revoke: all unspent ones are taken back. keep: they stay, even beside a refund.",
    ),
]
IssueDate = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Issue date, as YYYY-MM-DD. Default: the draft's issue date, or else today.",
    ),
]
Dated = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Accounting date of the void, as YYYY-MM-DD. Default: see the setting void_dated.",
    ),
]


class Booked(NamedTuple):
    """An invoice after a command, with the entries and events that the command wrote.

    A preview has the effects as well, and their fingerprint.
    """

    invoice: Invoice
    entries: list[Entry]
    events: tuple[Event, ...]
    effects: Effects | None = None
    fingerprint: str | None = None


class Credit(StrEnum):
    """The kinds of customer credit that can settle an invoice when it is finalized."""

    HELD = "held"
    NOTES = "notes"
    WALLET = "wallet"
    EXCESS = "excess"


@group.command("list")
def list_(
    tenant: TenantId = None,
    status: Annotated[
        Status | None, typer.Option(help="List only invoices with this status. Default: all.")
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            min=1,
            max=invoices.LONGEST_PAGE,
            metavar="N",
            help=f"Largest number of invoices to list, at most {invoices.LONGEST_PAGE:,}.",
        ),
    ] = 20,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List invoices: first the drafts, then the others from the newest to the oldest."""
    with open_session(tenant, data_dir, database_url) as session:
        found = invoices.invoices(session.connection, session.tenant.id, status=status, limit=limit)
    if as_json:
        document(found)
    elif not found:
        say("No invoices found. Next: polaris import online-retail FILE, or polaris demo.")
    else:
        say(tables.invoices(found))
        if len(found) == limit:
            say(f"These are the first {limit}. Use --limit to see more.")


@group.command("show")
def show_(
    invoice: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show an invoice with its lines, settlements, credit notes, refunds and ledger entries."""
    with open_session(tenant, data_dir, database_url) as session:
        whole = session.invoice(session.invoice_id(invoice))
    if as_json:
        document(whole)
    else:
        say(tables.spaced(tables.whole(whole), tables.entries(whole.entries)))


@group.command()
def explain(
    invoice: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show which commands are allowed on an invoice now, and why the others are not."""
    with open_session(tenant, data_dir, database_url) as session:
        whole = session.invoice(session.invoice_id(invoice))
        answers = session.engine.explain(session.tenant.id, whole.invoice.id)
    if as_json:
        document(
            [
                one._asdict() | {"refusals": [refusal_json(why) for why in one.refusals]}
                for one in answers
            ]
        )
    else:
        say(tables.answers(answers))


@group.command()
def finalize(
    invoice: Named,
    tenant: TenantId = None,
    issue_date: IssueDate = None,
    apply: Annotated[
        list[Credit] | None,
        typer.Option(
            help="Settle the invoice with this credit of the customer: money held for the voided "
            "invoice that it replaces, credit notes, wallet, or unused (excess) payments. Can be "
            "repeated. Default: none."
        ),
    ] = None,
    preview: OnlyPreview = False,
    expect: Expect = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Finalize a draft: give it a number and book it."""
    with open_session(tenant, data_dir, database_url) as session:
        command = FinalizeInvoice(
            invoice_id=session.invoice_id(invoice),
            issue_date=issue_date.date() if issue_date else None,
            apply=Apply(**dict.fromkeys(apply or (), True)),
        )
        carry_out(session, command, agreed(expect), preview=preview, as_json=as_json)


@group.command()
def void(
    invoice: Named,
    tenant: TenantId = None,
    reason: Reason = None,
    comment: Comment = None,
    credit: CreditAmount = "0",
    refund: RefundAmount = "0",
    to: To = CreditTo.NOTE,
    note: Note = None,
    top_up: TopUp = TopUpPolicy.EXCHANGE,
    dated: Dated = None,
    preview: OnlyPreview = False,
    expect: Expect = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Void an invoice: reverse its entries. Money received stays held for the customer, except
    what --refund and --credit give back."""
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
            top_up=top_up,
            dated=dated.date() if dated else None,
        )
        carry_out(session, command, agreed(expect), preview=preview, as_json=as_json)


@group.command("preview")
def preview_(
    invoice: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show what the next step would book: finalize for a draft, void for an invoice."""
    with open_session(tenant, data_dir, database_url) as session:
        invoice_id = session.invoice_id(invoice)
        draft = session.invoice(invoice_id).invoice.status is Status.DRAFT
        step = FinalizeInvoice if draft else VoidInvoice
        carry_out(session, step(invoice_id=invoice_id), preview=True, as_json=as_json)


OnInvoice = (
    FinalizeInvoice
    | VoidInvoice
    | ApplyPayment
    | RemovePayment
    | ApplyCreditNote
    | RemoveCreditNote
)
"""The commands that the command line performs on one invoice."""


def carry_out(
    session: Session,
    command: OnInvoice,
    expected: Agreed = Agreed(),
    *,
    preview: bool,
    as_json: bool,
) -> None:
    """Perform or preview a command, and print what it booked. Raises Declined."""
    before = session.invoice(command.invoice_id).invoice
    if preview:
        seen = preview_command(session, command, before, expected)
    else:
        seen = perform_command(session, command, before, expected)
    if as_json:
        shown = {name: value for name, value in seen._asdict().items() if value is not None}
        document({"done": not preview, **shown})
        return
    name = seen.invoice.number or seen.invoice.id
    verb, rest = ("would be", "; nothing was changed") if preview else ("is", "")
    sentence = Text.assemble((name, "bold"), f" {verb} {seen.invoice.status}{rest}.")
    say(tables.spaced(sentence, tables.entries(seen.entries), tables.events(seen.events)))
    if seen.effects is not None and seen.fingerprint is not None:
        say(tables.spaced(effects_table(seen.effects)), fingerprint_line(seen.fingerprint))
    say(*tables.warnings(seen.events))


def perform_command(
    session: Session, command: Command, before: Invoice, expected: Agreed
) -> Booked:
    """Perform a command on an invoice. Return what it wrote. Raises Declined."""
    outcome = session.perform(command, before.currency, expected)
    after = session.invoice(before.id)
    booked = [entry for entry in after.entries if entry.command_id == outcome.request_id]
    return Booked(after.invoice, booked, outcome.events)


def preview_command(
    session: Session, command: Command, before: Invoice, expected: Agreed
) -> Booked:
    """Return what a command on an invoice would write. Raises Declined."""
    preview = session.preview(command, before.currency, expected)
    rows = preview.rows
    after = [row for row in rows if isinstance(row, Invoice) and row.id == before.id]
    booked = [row for row in rows if isinstance(row, Entry)]
    events = preview.outcome.events
    return Booked(after[-1], booked, events, preview.effects, preview.fingerprint)


def minor(amount: str, currency: str, option: str) -> int:
    """Return a typed amount such as 12.50 in minor units, never rounded.

    Raises typer.BadParameter.
    """
    exact = readable(read_decimal, amount)
    if exact is None:
        raise typer.BadParameter(
            f"{option} {amount} is not an amount. Give a number such as 12.50."
        )
    exact = exact.scaleb(exponent(currency))
    whole = int(exact)
    if whole != exact:
        raise typer.BadParameter(
            f"{option} {amount} has too many decimals: {currency} has {exponent(currency)}."
        )
    return whole
