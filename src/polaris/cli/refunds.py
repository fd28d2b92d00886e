"""`polaris refund`: refunds that are owed, sent, paid out or given as credit."""

from typing import Annotated

import typer

from polaris.cli import refund_tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.invoices import minor
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, open_session
from polaris.core.commands import Command, ConvertRefund, RequestRefund, UpdateRefund
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id
from polaris.store.read.keyset import From, Window
from polaris.store.read.refunds import (
    OWED,
    FoundRefund,
    RefundSearch,
    available_money,
    currency_of_source,
    refund,
    refunds,
)
from polaris.store.refund_attempts import attempts_of

group = typer.Typer(help="List refunds, record what became of them, and request new ones.")

Named = Annotated[str, typer.Argument(metavar="REFUND", help="Id of the refund.")]
Limit = Annotated[
    int, typer.Option(min=1, max=200, metavar="N", help="Largest number to list, at most 200.")
]


@group.command("list")
def list_(
    tenant: TenantId = None,
    state: Annotated[
        list[RefundState] | None,
        typer.Option(help="Can be repeated. Default: every state in which it is still owed."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="List refunds in every state.")] = False,
    provider: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Payment provider; `manual` is paid out by people."),
    ] = None,
    limit: Limit = 50,
    after: Annotated[
        str | None,
        typer.Option(metavar="REFUND", help="List the refunds after the one with this id."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List refunds, the oldest first."""
    states = () if every else tuple(state or OWED)
    with open_session(tenant, data_dir, database_url) as session:
        last = find(session, after) if after else None
        start = From(last.requested_at.isoformat(), last.id) if last else None
        wanted = RefundSearch(states=states, provider=provider)
        window = Window(ascending=True, after=start, limit=limit)
        page = refunds(session.connection, session.tenant.id, wanted, window)
    if as_json:
        following = page.after.id if page.after else None
        document({"refunds": [row._asdict() for row in page.rows], "next": following})
        return
    say(refund_tables.refunds(page.rows) if page.rows else "There are no such refunds.")
    if page.after:
        say(f"There are more. List them with --after {page.after.id}.")


@group.command("show")
def show_(
    named: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show a refund, and every call of its payment provider."""
    with open_session(tenant, data_dir, database_url) as session:
        show(session, named, as_json)


@group.command()
def settle(
    named: Named,
    tenant: TenantId = None,
    reference: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Reference of the bank or the provider.")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Record that the money of a refund was paid out."""
    with open_session(tenant, data_dir, database_url) as session:
        settled = UpdateRefund(refund_id=named, state=RefundState.SETTLED, reference=reference)
        carry_out(session, settled, named, as_json)


@group.command()
def fail(
    named: Named,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it failed.")],
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Record that a refund failed. It is still owed."""
    with open_session(tenant, data_dir, database_url) as session:
        failed = UpdateRefund(refund_id=named, state=RefundState.FAILED, failure=reason)
        carry_out(session, failed, named, as_json)


@group.command()
def convert(
    named: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a refund as credit instead of money, on its credit note or on a new one."""
    with open_session(tenant, data_dir, database_url) as session:
        converted = ConvertRefund(refund_id=named, note_id=new_id())
        carry_out(session, converted, named, as_json)


@group.command("request")
def request_(
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT", help="Amount in the source's currency, like 12.50.")
    ],
    tenant: TenantId = None,
    payment: Annotated[
        str | None, typer.Option(metavar="ID", help="Id of the payment whose money is refunded.")
    ] = None,
    invoice: Annotated[
        str | None,
        typer.Option(metavar="INVOICE", help="Voided invoice whose held money is refunded."),
    ] = None,
    credit_note: Annotated[
        str | None, typer.Option(metavar="ID", help="Id of the note whose balance is refunded.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Request a refund of unused money, of money held for a voided invoice, or of a balance."""
    with open_session(tenant, data_dir, database_url) as session:
        refund_id = new_id()
        invoice_id = session.invoice_id(invoice) if invoice else None
        currency = currency_of(session, credit_note or invoice_id or payment)
        command = RequestRefund(
            refund_id=refund_id,
            amount_minor=minor(amount, currency, "AMOUNT"),
            payment_id=payment,
            invoice_id=invoice_id,
            note_id=credit_note,
            reason=reason,
        )
        carry_out(session, command, refund_id, as_json)


@group.command("available")
def available_(
    tenant: TenantId = None,
    limit: Limit = 50,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List received money that can be refunded: unused, or held for a voided invoice."""
    with open_session(tenant, data_dir, database_url) as session:
        window = Window(limit=limit)
        page = available_money(session.connection, session.tenant.id, window)
    if as_json:
        document([row._asdict() for row in page.rows])
    elif page.rows:
        say(refund_tables.available(page.rows))
    else:
        say("No money is unused or held.")


def currency_of(session: Session, source_id: str | None) -> str:
    """Return the currency of a refund's source. Raises typer.BadParameter, Stopped."""
    if source_id is None:
        raise typer.BadParameter("Give --payment, --invoice or --credit-note.")
    found = currency_of_source(session.connection, session.tenant.id, source_id)
    if found is None:
        raise Stopped(f"No payment, invoice or credit note has the id {source_id}.")
    return found


def carry_out(session: Session, command: Command, refund_id: str, as_json: bool) -> None:
    """Perform a command about a refund, and show the refund. Raises Declined."""
    session.perform(command)
    show(session, refund_id, as_json)


def show(session: Session, refund_id: str, as_json: bool) -> None:
    """Print one refund with its attempts. Raises Stopped."""
    found = find(session, refund_id)
    attempts = attempts_of(session.connection, session.tenant.id, refund_id)
    if as_json:
        document({**found._asdict(), "attempts": [each._asdict() for each in attempts]})
        return
    say(refund_tables.refund(found))
    if attempts:
        say(refund_tables.attempts(attempts))


def find(session: Session, refund_id: str) -> FoundRefund:
    """Return the refund with this id. Raises Stopped."""
    found = refund(session.connection, session.tenant.id, refund_id)
    if found is None:
        raise Stopped(f"No refund {refund_id}. List the refunds with `polaris refund list --all`.")
    return found
