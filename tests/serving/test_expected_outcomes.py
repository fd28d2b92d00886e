"""On the database too, a preview shows the outcome, and another outcome than the expected one is
refused. A set loads more rows than a preview, and in another order."""

from collections.abc import Iterator

import pytest

from faults.world import check_proofs, customers, done, invoices, opened, scalar, tenant
from polaris.core import commands as ask
from polaris.core.commands import Command
from polaris.core.commands.values import Apply, NewLine, VoidNote
from polaris.core.effects import differences
from polaris.core.facts.credit_note import CreditTo
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, request
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=2)


def pay(invoice_id: str, amount_minor: int) -> ask.ReceivePayment:
    return ask.ReceivePayment(
        payment_id=new_id(),
        currency="EUR",
        amount_minor=amount_minor,
        reference=f"ref-{invoice_id}",
        apply_to={invoice_id: amount_minor},
    )


def voids(paid: str, partly: str, unpaid: str) -> list[ask.VoidInvoice]:
    """Voids with a refund, with credit in a wallet and on a note, and without anything."""
    return [
        ask.VoidInvoice(invoice_id=paid, refund_minor=300, credit_minor=200),
        ask.VoidInvoice(
            invoice_id=partly, credit_minor=700, credit_to=CreditTo.WALLET, note=VoidNote.ADJUSTMENT
        ),
        ask.VoidInvoice(invoice_id=unpaid, reason="error", comment="Sent twice"),
    ]


def test_each_preview_is_the_outcome_of_a_whole_set(database: Database, engine: Engine) -> None:
    tenant_id = tenant(database)
    [customer] = customers(engine, tenant_id, 1)
    asked: list[Command] = []
    for _ in range(8):
        paid, partly, unpaid = invoices(engine, tenant_id, [customer], 3)
        done(engine, tenant_id, [pay(paid, 1200), pay(partly, 700)])
        asked += voids(paid, partly, unpaid)
    previews = [engine.preview(tenant_id, [request(command)])[0] for command in asked]
    requests = [
        request(command, expect=preview.fingerprint, expected=preview.effects, with_effects=True)
        for command, preview in zip(asked, previews, strict=True)
    ]
    outcomes = engine.perform(tenant_id, requests)
    # The first credit opens the wallet, and the others find it; all else is as expected.
    wallets = [one for one in outcomes if one.refusals]
    assert len(wallets) == 7
    assert all("wallet.opened" in str(one.refusals[0].details["changes"]) for one in wallets)
    for outcome, preview in zip(outcomes, previews, strict=True):
        assert outcome.effects is not None
        assert preview.effects is not None
        assert outcome.refusals or not differences(preview.effects, outcome.effects)
    check_proofs(database, tenant_id)


def replaced(engine: Engine, tenant_id: str, command: Command, between: Command) -> Outcome:
    """Preview a command, perform another one, then send the first with the fingerprint."""
    (preview,) = engine.preview(tenant_id, [request(command)])
    assert preview.effects is not None
    done(engine, tenant_id, [between])
    expecting = request(command, expect=preview.fingerprint, expected=preview.effects)
    (outcome,) = engine.perform(tenant_id, [expecting])
    return outcome


def test_a_draft_that_was_edited_after_its_preview_stays_a_draft(
    database: Database, engine: Engine
) -> None:
    tenant_id = tenant(database)
    [customer] = customers(engine, tenant_id, 1)
    invoice_id = new_id()
    lines = (NewLine(description="Service", amount_minor=1000),)
    draft = ask.DraftInvoice(
        invoice_id=invoice_id, customer_id=customer, currency="EUR", lines=lines
    )
    done(engine, tenant_id, [draft])
    outcome = replaced(
        engine,
        tenant_id,
        ask.FinalizeInvoice(invoice_id=invoice_id, apply=Apply(notes=True)),
        ask.EditDraft(
            invoice_id=invoice_id, lines=(NewLine(description="Service", amount_minor=900),)
        ),
    )
    [refusal] = outcome.refusals
    assert refusal.code == "outcome_changed"
    assert "invoice draft, total_minor: 1000 → 900" in str(refusal.details["changes"]).splitlines()
    assert scalar(database, "select count(*) from entry where tenant_id = %(t)s", t=tenant_id) == 0


def test_a_refused_expectation_is_answered_again_from_its_record(
    database: Database, engine: Engine
) -> None:
    tenant_id = tenant(database)
    [customer] = customers(engine, tenant_id, 1)
    [invoice_id] = invoices(engine, tenant_id, [customer], 1)
    expecting = request(ask.VoidInvoice(invoice_id=invoice_id), expect="0" * 64)
    (first,) = engine.perform(tenant_id, [expecting])
    (again,) = engine.perform(tenant_id, [expecting])
    assert (first.replayed, again.replayed) == (False, True)
    assert [one.details for one in again.refusals] == [one.details for one in first.refusals]
    count = "select count(*) from invoice where tenant_id = %(t)s and status = 'voided'"
    assert scalar(database, count, t=tenant_id) == 0
