"""Random histories of one tenant, with every command. The proofs are checked after each step."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from core.proofs import failures
from core.world import World
from polaris.core.commands import Command, SaveCustomer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.row import Row
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.task import Task
from polaris.core.facts.tenant import Books, Settings, VoidDated
from polaris.core.ledger.posting import Entry
from properties import billing, crediting, mastering
from properties.asking import ZONES, Asking, finalized
from properties.choices import Choices

Ask = Callable[[Asking], Command]


def weighed(several: Sequence[tuple[int, Ask]]) -> tuple[Ask, ...]:
    """Return each item as often as its weight says."""
    return tuple(one for weight, one in several for _ in range(weight))


COMMANDS = weighed(
    (
        (5, billing.draft),
        (7, billing.finalize),
        (9, billing.receive),
        (7, billing.void),
        (7, crediting.credit),
        (1, billing.edit),
        (1, billing.delete),
        (2, billing.issue),
        (4, billing.annotate),
        (1, billing.lose),
        (2, billing.mark_overdue),
        (1, billing.collect),
        (2, billing.record),
        (2, billing.regenerate),
        (4, billing.report_payment),
        (4, billing.apply_payment),
        (2, billing.remove_payment),
        (2, billing.write_off),
        (1, billing.reverse_write_off),
        (1, crediting.standalone),
        (2, crediting.annotate_note),
        (3, crediting.void_note),
        (4, crediting.apply_note),
        (2, crediting.remove_note),
        (4, crediting.refund),
        (4, crediting.report_refund),
        (2, crediting.convert_refund),
        (1, crediting.record_refund),
        (1, crediting.resolve_task),
        (2, crediting.open_wallet),
        (2, crediting.grant),
        (2, crediting.buy),
        (3, crediting.pay_top_up),
        (2, crediting.restore),
        (1, crediting.void_credits),
        (2, crediting.void_wallet),
        (1, crediting.change_wallet),
        (1, crediting.expire),
        (1, crediting.expire_wallet),
        (1, crediting.terminate),
        (2, billing.save_customer),
        (1, billing.delete_customer),
        (1, mastering.save_catalogue_item),
        (1, mastering.drop_catalogue_item),
        (1, mastering.save_tax),
        (1, mastering.drop_tax),
        (1, mastering.save_endpoint),
        (1, mastering.drop_endpoint),
        (3, mastering.pause_or_resume_endpoint),
        (1, mastering.save_tenant),
        (1, billing.close),
        (1, billing.reopen),
    )
)

SETTINGS = (
    Settings(),
    Settings(
        invoice_scope=SeriesScope.CUSTOMER,
        invoice_format="I-{customer}-{next}",
        note_scope=SeriesScope.INVOICE,
        note_format="{invoice}-CN{next:03}",
    ),
    Settings(
        note_scope=SeriesScope.CUSTOMER,
        note_format="{customer}-{next}",
        void_dated=VoidDated.INVOICE,
        refuse_void_when_credited=False,
    ),
)


def first_open(books: Row) -> date:
    """Return the day after the last closed day."""
    assert isinstance(books, Books)
    return books.closed_through + timedelta(days=1) if books.closed_through else date.min


class History:
    """A world that begins with two customers, and its random commands."""

    def __init__(self, choices: Choices, new_world: Callable[[Settings, str], World]) -> None:
        self.choices = choices
        self.world = new_world(choices.among(SETTINGS), choices.among(ZONES))
        self.asking = Asking(self.world, choices)
        self.done: list[Command] = []
        for customer_id in ("c1", "c2"):
            self.world.perform(SaveCustomer(customer_id=customer_id, external_id=customer_id))

    def step(self) -> None:
        """Let some time pass, and perform a random command."""
        self.world.wait(hours=self.choices.whole(0, 30))
        self.expect(self.asking.command(COMMANDS))

    def expect(self, command: Command) -> None:
        """Perform a command. Check that the proofs hold, and that a refusal changes nothing."""
        before = self.world.rows()
        refused = self.world.refused(command, administrator=self.choices.whole(0, 2) < 2)
        if refused:
            assert self.world.rows() == before, command
        else:
            self.done.append(command)
            assert failures(self.world.facts) == [], command
            assert self.dated_open(before), command
            assert self.watched() == self.world.warnings(), command

    def dated_open(self, before: dict[type[Row], dict[str, Row]]) -> bool:
        """True if no new entry is dated on a closed day."""
        (books,) = before[Books].values()
        new = (row for row in self.world.all(Entry) if row.id not in before.get(Entry, {}))
        return all(entry.accounting_date >= first_open(books) for entry in new)

    def watched(self) -> list[str]:
        """Return the events that tasks are about, sorted."""
        return sorted(task.event_id for task in self.world.all(Task))

    def end(self) -> None:
        """Void all finalized invoices."""
        for invoice in self.world.all(Invoice):
            if finalized(invoice):
                self.expect(billing.void_of(self.asking, invoice))


def run(choices: Choices, steps: int) -> History:
    """Run a history with this number of steps, and void all its invoices."""
    history = History(choices, World)
    for _ in range(steps):
        history.step()
    history.end()
    return history
