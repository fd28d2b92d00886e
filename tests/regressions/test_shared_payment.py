"""Many callers apply one payment, or one credit note, to different invoices at the same time."""

from functools import partial

from faults.world import at_once, check_proofs, customers, done, invoices, opened, tenant
from polaris.core import commands as ask
from polaris.core.commands import Command
from polaris.core.commands.values import CreditedLine
from polaris.engine import Engine, new_id, request

CALLERS = 24


def test_concurrent_uses_of_one_payment_are_all_done(database_url: str) -> None:
    """A request that waited for the customer found that the payment was applied to one invoice
    more, and began again. After a few rounds 147 of 200 requests were answered as broken."""
    with opened(database_url) as database:
        engine = Engine(database, connections=8)
        tenant_id = tenant(database)
        of = customers(engine, tenant_id, 1)
        owed = invoices(engine, tenant_id, of, CALLERS)
        payment_id, note_id = new_id(), new_id()
        money = ask.ReceivePayment(
            payment_id=payment_id, customer_id=of[0], currency="EUR", amount_minor=CALLERS * 10
        )
        note = ask.IssueStandaloneNote(
            note_id=note_id,
            customer_id=of[0],
            currency="EUR",
            lines=(CreditedLine(amount_minor=CALLERS * 10),),
        )
        done(engine, tenant_id, [money, note])
        uses: list[Command] = [
            *(
                ask.ApplyPayment(payment_id=payment_id, invoice_id=one, amount_minor=10)
                for one in owed
            ),
            *(
                ask.ApplyCreditNote(note_id=note_id, invoice_id=one, amount_minor=10)
                for one in owed
            ),
        ]
        answers = at_once([partial(engine.perform, tenant_id, [request(use)]) for use in uses])
        refused = [one for one in answers if not (isinstance(one, list) and one[0].done)]
        assert refused == []
        check_proofs(database, tenant_id)
