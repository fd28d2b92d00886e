"""The effects of a preview are those of the request: for more than a thousand random invoices."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, product

from polaris.core import commands as ask
from polaris.core.commands import Command
from polaris.core.commands.values import Apply, GiveBack, TopUpPolicy, VoidNote
from polaris.core.decision import Facts
from polaris.core.effects import fingerprint
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.payment import Refund
from polaris.core.fold import Outcome, Request, decide_request
from polaris.core.ledger.posting import Entry
from polaris.core.refusals import OutcomeChanged
from properties.asking import Asking
from properties.choices import Seeded
from properties.histories import History, run

HISTORIES, STEPS = 175, 45
NUMBERS = count(1)


def voids(by: Asking, invoice: Invoice) -> Iterator[ask.VoidInvoice]:
    """Every combination of a void's policies, each with a refund and a credit."""
    balance = by.balance(invoice)
    several = product(VoidNote, CreditTo, TopUpPolicy, (True, False))
    for note, credit_to, top_up, back in several:
        refund = by.choices.whole(0, max(balance.refundable, 0))
        credit = by.choices.whole(0, max(balance.creditable - refund, 0))
        yield ask.VoidInvoice(
            invoice_id=invoice.id,
            note=note,
            credit_to=credit_to,
            top_up=top_up,
            give_back=GiveBack(wallet=back, notes=back),
            refund_minor=refund,
            credit_minor=credit,
        )


def commands(by: Asking, invoice: Invoice) -> Iterator[Command]:
    """The commands of a person on an invoice in this status."""
    if invoice.status is Status.DRAFT:
        for held, spent in product((True, False), repeat=2):
            apply = Apply(held=held, notes=spent, wallet=spent, excess=spent)
            yield ask.FinalizeInvoice(invoice_id=invoice.id, apply=apply)
    if invoice.status is Status.FINALIZED:
        yield from voids(by, invoice)
    if invoice.status in (Status.FINALIZED, Status.VOIDED):
        void = ask.VoidInvoice(invoice_id=invoice.id)
        for status in (Status.DRAFT, Status.FINALIZED):
            yield ask.RegenerateInvoice(
                invoice_id=invoice.id,
                new_invoice_id=f"replacement-{next(NUMBERS)}",
                status=status,
                void_first=void if invoice.status is Status.FINALIZED else None,
            )


def decided(history: History, command: Command, expect: str | None = None) -> Outcome:
    """Decide a command a second later than the last one, with new ids. Nothing is added."""
    history.world.wait(seconds=1)
    request = Request(
        id=f"{next(NUMBERS):08x}-0000-4000-8000-000000000000",
        command=command,
        at=history.world.at,
        expect=expect,
        with_effects=True,
    )
    outcome, rows = decide_request(history.world.facts, request, None, new_ids())
    assert outcome.fault is None, outcome.fault
    assert bool(rows) == outcome.done
    return outcome


def new_ids() -> Callable[[], str]:
    """Ids that sort in the order of creation, like the engine's."""
    return lambda: f"id-{next(NUMBERS):012}"


def test_a_preview_shows_the_outcome_of_the_request() -> None:
    """Voids with all policies, finalizations and replacements; other ids, another time."""
    seen: Counter[tuple[str, Status, bool]] = Counter()
    invoices = 0
    for seed in range(HISTORIES):
        history = run(Seeded(seed), STEPS)
        for invoice in history.world.all(Invoice):
            compared = [
                (type(command).__name__, invoice.status, compare(history, command))
                for command in commands(history.asking, invoice)
            ]
            invoices += any(done for _, _, done in compared)
            seen.update(compared)
    assert invoices > 1000
    for name in ("FinalizeInvoice", "VoidInvoice", "RegenerateInvoice"):
        assert sum(times for (of, _, done), times in seen.items() if of == name and done) > 300


def compare(history: History, command: Command) -> bool:
    """Compare a preview with the request that expects it. Return True if it would be done."""
    previewed = decided(history, command)
    if previewed.effects is None:
        assert previewed.refusals
        return False
    expect = fingerprint(previewed.effects)
    performed = decided(history, command, expect)
    assert performed.done, (command, performed.refusals)
    assert performed.effects == previewed.effects, command
    assert_written(performed)
    return True


def assert_written(performed: Outcome) -> None:
    """The effects say what the rows say: every cent booked, and every cent to be sent back."""
    effects = performed.effects
    assert effects is not None
    booked = [
        posting for row in performed.rows if isinstance(row, Entry) for posting in row.postings
    ]
    assert sum(one.amount_minor for one in effects.ledger) == sum(
        posting.amount_minor for posting in booked
    )
    refunds = [row for row in performed.rows if isinstance(row, Refund) and not row.version]
    requested = [one for one in effects.refunds if one.state_before is None]
    assert sum(one.amount_minor for one in requested) == sum(row.amount_minor for row in refunds)
    assert list(effects.events) == [event.kind for event in performed.events]


def test_a_change_in_between_refuses_the_request() -> None:
    """A payment, a credit note or a changed draft: the expected outcome is gone."""
    refused = 0
    for seed in range(70):
        history = run(Seeded(seed), STEPS)
        for invoice in history.world.all(Invoice):
            command = next(commands(history.asking, invoice), None)
            change = changed(history, invoice)
            if command is None or change is None:
                continue
            previewed = decided(history, command)
            if previewed.effects is None or history.world.refused(change, administrator=True):
                continue
            before = snapshot(history.world.facts)
            outcome = decided(history, command, fingerprint(previewed.effects))
            assert [type(one) for one in outcome.refusals] == [OutcomeChanged], command
            assert outcome.rows == ()
            assert snapshot(history.world.facts) == before
            refused += 1
    assert refused > 100


def changed(history: History, invoice: Invoice) -> Command | None:
    """A change that alters what the next step of the invoice does."""
    by = history.asking
    if invoice.status is Status.DRAFT:
        return ask.EditDraft(
            invoice_id=invoice.id, lines=(by.line(), by.line(), by.line(), by.line())
        )
    if invoice.status is Status.FINALIZED and invoice.outstanding_minor > 0:
        return ask.ReceivePayment(
            payment_id=f"late-{next(NUMBERS)}",
            currency=invoice.currency,
            amount_minor=invoice.outstanding_minor,
            apply_to={invoice.id: invoice.outstanding_minor},
        )
    return None


def snapshot(facts: Facts) -> dict[str, dict[str, object]]:
    return {kind.table: dict(rows) for kind, rows in facts.tables.items()}
