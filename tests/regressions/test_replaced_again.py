"""Money that was paid for an invoice reaches the replacement of its replacement."""

from collections.abc import Iterator

import pytest

from faults.world import check_proofs, customers, done, invoices, opened, tenant
from polaris.core import commands as ask
from polaris.core.commands import Command
from polaris.core.commands.values import Apply, NewLine
from polaris.core.decision import Facts
from polaris.core.facts.invoice import Invoice, Settlement, Status
from polaris.core.scope import Scope
from polaris.engine import Engine, new_id
from polaris.store.engine.load import load
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


class Chain:
    """A paid invoice of 1,200, and its replacements."""

    def __init__(self, database: Database) -> None:
        self.database, self.engine = database, Engine(database, connections=1)
        self.tenant_id = tenant(database)
        customer = customers(self.engine, self.tenant_id, 1)
        self.ids = invoices(self.engine, self.tenant_id, customer, 1)
        paid = ask.ReceivePayment(
            payment_id=new_id(),
            customer_id=customer[0],
            currency="EUR",
            amount_minor=1200,
            apply_to={self.ids[0]: 1200},
        )
        self.do(paid)

    def do(self, *commands: Command) -> None:
        done(self.engine, self.tenant_id, commands)

    def replace(self, amount_minor: int, status: Status = Status.FINALIZED) -> None:
        """Void the last invoice, and replace it by one of this amount without tax."""
        new = new_id()
        self.do(
            ask.RegenerateInvoice(
                invoice_id=self.ids[-1],
                new_invoice_id=new,
                status=status,
                void_first=ask.VoidInvoice(invoice_id=self.ids[-1]),
                lines=(NewLine(amount_minor=amount_minor),),
            )
        )
        self.ids.append(new)

    def owed(self) -> int:
        """What is outstanding on the last invoice."""
        invoice = self.facts().get(Invoice, self.ids[-1])
        assert invoice is not None
        return invoice.outstanding_minor

    def held(self) -> list[int]:
        """What is held for each invoice."""
        rows = self.facts().tables[Settlement].values()
        held = dict.fromkeys(self.ids, 0)
        for row in rows:
            assert isinstance(row, Settlement)
            held[row.invoice_id] += row.held_minor
        return list(held.values())

    def facts(self) -> Facts:
        """All facts about the invoices."""
        with self.database.connect() as connection:
            return load(connection, self.tenant_id, Scope(invoices=set(self.ids))).facts


@pytest.mark.parametrize(
    ("amount_minor", "owed", "held"),
    [
        (500, 0, [600, 100, 0]),  # its own original is enough
        (900, 0, [300, 0, 0]),  # 600 of the first replacement, 300 of the first invoice
        (1500, 300, [0, 0, 0]),  # all 1,200
    ],
)
def test_the_second_replacement_uses_what_the_first_left(
    database: Database, amount_minor: int, owed: int, held: list[int]
) -> None:
    chain = Chain(database)
    chain.replace(600)
    assert (chain.owed(), chain.held()) == (0, [600, 0])
    chain.replace(amount_minor)
    assert (chain.owed(), chain.held()) == (owed, held)
    check_proofs(database, chain.tenant_id)


def test_a_draft_that_is_finalized_later_uses_it_too(database: Database) -> None:
    chain = Chain(database)
    chain.replace(600)
    chain.replace(900, Status.DRAFT)
    assert chain.held() == [600, 600, 0]
    chain.do(ask.FinalizeInvoice(invoice_id=chain.ids[-1], apply=Apply(held=True)))
    assert (chain.owed(), chain.held()) == (0, [300, 0, 0])
    check_proofs(database, chain.tenant_id)
