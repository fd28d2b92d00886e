"""What a void leaves: recipe 20 of the books, and the stories that vendors' own tests tell."""

import pytest

from core.asks import after, new_world, told
from core.postings import booked, standing
from core.proofs import failures
from core.world import World
from polaris.core.facts.credit_note import CreditNote, Funding, NotePurpose, NoteStatus, NoteTax
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.tenant import Settings

RESULTS = """
    paid  credit  refund     CASH  UNAPPLIED  NOTES  REFUNDS  GRANTED
       0       0       0        0          0      0        0        0
       0    1200       0        0          0  -1200        0     1200
     300       0       0      300       -300      0        0        0
     300     300     300      300          0   -300     -300      300
    1200     500     700     1200          0   -500     -700        0
    1200       0       0     1200      -1200      0        0        0
"""
"""Six voids of 1,200 (1,000 and 200 tax), and what then stands in debit; all else is zero."""


@pytest.mark.parametrize("row", RESULTS.strip().splitlines()[1:])
def test_the_six_results_for_1200(row: str) -> None:
    paid, credit, refund, *amounts = map(int, row.split())
    world = after("billed", *([f"pay amount={paid}"] if paid else []))
    world = after(f"void credit={credit} refund={refund}", world=world)
    accounts = RESULTS.split()[3:8]
    expected = {one: amount for one, amount in zip(accounts, amounts, strict=True) if amount}
    assert standing(world) == expected


def test_a_void_reverses_what_was_written_and_then_gives() -> None:
    """The original lines are swapped; refund and credit come out of what the reversal held."""
    assert booked("billed", "pay amount=300", "void credit=300 refund=300") == [
        "~SALES RECEIVABLE 1000",
        "~TAX RECEIVABLE 200",
        "~RECEIVABLE UNAPPLIED 300",
        "UNAPPLIED REFUNDS 300",
        "GRANTED NOTES 300",
    ]


EARLIER = """
    done                                     | leaves
    billed; write_off; void                  |
    billed; credit credit=0 offset=600; void |
    billed; credit; void                     | NOTES -600 GRANTED 600
    paid; credit; void                       | CASH 1200 NOTES -600 UNAPPLIED -600
    paid; credit; void_note; void            | CASH 1200 UNAPPLIED -1200
    paid; credit credit_to=wallet; void      | CASH 1200 WALLETS -600 UNAPPLIED -600
    paid; credit credit=0 refund=600; void   | CASH 1200 REFUNDS -600 UNAPPLIED -600
    paid_out; void                           | CASH 1200 NOTES -500 REFUNDS -100 UNAPPLIED -600
    paid_out; report_refund; void            | CASH 1100 NOTES -500 UNAPPLIED -600
    paid; credit; void credit=600            | CASH 1200 NOTES -1200
    paid; credit; void refund=600            | CASH 1200 NOTES -600 REFUNDS -600
    partly; credit; void refund=600          | CASH 600 NOTES -600 REFUNDS -600 GRANTED 600
    partly; credit; void credit=600          | CASH 600 NOTES -1200 GRANTED 600
    partly; remove; void                     | CASH 600 UNAPPLIED -600
    paid; report state=reversed; void        |
    refunded; report state=reversed; void    | REFUNDS -600 UNBACKED 600
"""
"""What the invoice's own notes gave stands, and is cleared out of what is held, refunds first."""


@pytest.mark.parametrize("row", EARLIER.strip().splitlines()[1:])
def test_what_earlier_notes_gave_is_cleared(row: str) -> None:
    done, leaves = (cell.strip() for cell in row.split("|"))
    world = after(*(step.strip() for step in done.split(";")))
    words = leaves.split()
    expected = {name: int(words[at + 1]) for at, name in enumerate(words) if at % 2 == 0}
    assert standing(world) == {name: amount for name, amount in expected.items() if amount}


CHARGED_BACK = "report state=reversed"
LOSSES = {
    "before the void": ("refunded", CHARGED_BACK, "void"),
    "before the void, out of a balance": ("paid_out", CHARGED_BACK, "void"),
    "after the void": ("refunded", "void", CHARGED_BACK),
    "after a refund of the void": ("paid", "void refund=600", CHARGED_BACK),
}


@pytest.mark.parametrize("story", LOSSES.values(), ids=LOSSES)
def test_a_loss_is_taken_back_where_it_was_booked(story: tuple[str, ...]) -> None:
    """The refund is given as credit and the credit is taken back, so there is no loss any more."""
    world = after(*story)
    (refund,) = world.all(Refund)
    after(f"convert refund_id={refund.id}", world=world)
    for note in world.all(CreditNote):
        if note.balance_minor:
            after(f"void_note of={note.id}", world=world)
    assert standing(world) == {}


def test_refunds_come_before_credit() -> None:
    """Decision 1: earlier credit never takes the money that the refund asked now needs."""
    world = after("billed", "pay amount=600", "credit", "void refund=600")
    behind = [row.kind for row in world.all(Funding) if row.amount_minor]
    assert behind == ["grant"]
    assert sum(row.amount_minor for row in world.all(Refund)) == 600


# ---------------------------------------------------------------- what is given back, or parked


def test_a_given_back_note_is_spendable_again() -> None:
    world = after("draft", "standalone", "finalize apply=@notes", "void")
    assert world.the(CreditNote, "alone").balance_minor == 600
    after(
        "draft for=two lines=@two", "finalize for=two", "apply_note of=alone for=two", world=world
    )
    assert world.the(Invoice, "two").outstanding_minor == 1200


def test_a_parked_note_is_not_spendable_and_funds_the_credit() -> None:
    """The void's note is funded by the parked one, so nothing is granted and nothing booked."""
    parked = "void give_back=@parked credit=600"
    world = after("draft", "standalone", "finalize apply=@notes", parked)
    assert world.the(CreditNote, "alone").balance_minor == 0
    assert world.the(CreditNote, "void-note").balance_minor == 600
    assert standing(world) == {"CUSTOMER_REFUNDS": 500, "NOTES": -600, "TAX": 100}


def test_a_parked_note_can_be_taken_off_the_voided_invoice() -> None:
    world = after("draft", "standalone", "finalize apply=@notes", "void give_back=@parked")
    assert world.the(CreditNote, "alone").balance_minor == 0
    after("remove_note of=alone", world=world)
    assert world.the(CreditNote, "alone").balance_minor == 600
    assert world.refused(told("remove_note of=alone")) == ("not_applied",)


def test_parked_credit_goes_back_to_where_it_came_from_what_was_granted_first() -> None:
    """Wallet 300 granted and note 600 parked, 100 cash held; credit 1,150 takes all and 150 more.
    Voiding the note returns the grant, the money, the granted wallet credits and the old note."""
    world = after(
        *("wallet", "grant", "standalone", "draft"),
        'finalize apply={"notes":true,"wallet":true}',
        "pay amount=100",
        "void give_back=@parked note=none",
        "credit lines=@all credit=1200",
    )
    assert standing(world)["GRANTED"] == 1200 - 600 - 100
    assert standing(world)["NOTES"] == -1200
    after("void_note", world=world)
    assert "GRANTED" not in standing(world)
    assert standing(world)["NOTES"] == -600
    assert standing(world)["UNAPPLIED"] == -100
    held = {row.kind: row.held_minor for row in world.all(Settlement)}
    assert held == {"note": 600, "wallet": 300, "payment": 100}


def test_part_of_a_note_goes_back_to_the_grant_first() -> None:
    """Only what is left of the balance returns; the money stays behind what was spent."""
    world = after(
        *("billed", "pay amount=300", "void credit=1200"),
        *("draft for=two lines=@two", "finalize for=two"),
        "apply_note of=void-note for=two amount=1000",
        "void_note of=void-note",
    )
    assert standing(world)["GRANTED"] == 900 - 200
    assert "UNAPPLIED" not in standing(world)


NOTE_OF_VOID = """
    void_with_credit_note  asked                       total  offset  refund
    no                     void                            -       -       -
    no                     void_refund=300               300       0     300
    yes                    void                         1200    1200       0
    yes                    void_refund=300              1200     900     300
    yes                    void_note=requested             -       -       -
    yes                    void_note=none                  -       -       -
"""
"""The credit note of a void of 1,200, of which 300 were paid."""


@pytest.mark.parametrize("row", NOTE_OF_VOID.strip().splitlines()[1:])
def test_a_setting_decides_about_the_note_of_a_void_that_chooses_none(row: str) -> None:
    setting, asked, *expected = row.split()
    world = new_world(Settings(void_with_credit_note=setting == "yes"))
    world = after("billed", "pay amount=300", asked.replace("_", " ", 1), world=world)
    note = world.facts.get(CreditNote, "void-note")
    found = (note.total_minor, note.offset_minor, note.refund_minor) if note else "---"
    assert [str(amount) for amount in found] == expected


def test_wallet_credits_are_refilled_once() -> None:
    world = after("spent", "void")
    assert sum(row.held_minor for row in world.all(Settlement)) == 0
    assert world.refused(told("restore")) == ("not_applied",)
    assert standing(world) == {}


# ---------------------------------------------------------------- credit notes of a void


def test_a_void_without_credit_writes_no_note() -> None:
    assert after("billed", "pay", "void").all(CreditNote) == []


def test_an_adjustment_note_names_what_is_no_longer_owed() -> None:
    world = after("billed", "pay amount=300", "void note=adjustment refund=300")
    (note,) = world.all(CreditNote)
    assert (note.total_minor, note.offset_minor, note.refund_minor) == (1200, 900, 300)
    assert (note.net_minor, note.tax_minor) == (1000, 200)
    assert note.purpose is NotePurpose.VOID


def test_the_tax_of_a_voids_note_shows_its_base() -> None:
    world = after("billed", "void credit=600 note=requested_and_voided_remainder")
    rows = [(row.base_minor, row.amount_minor) for row in world.all(NoteTax)]
    assert rows == [(500, 100), (500, 100)]


def test_a_refund_without_a_note_books_the_same() -> None:
    world = after("billed", "pay", "void note=none refund=1200")
    assert world.all(CreditNote) == []
    assert standing(world) == {"CASH": 1200, "REFUNDS": -1200}


def test_credit_to_the_wallet_is_a_purchased_lot() -> None:
    world = after("billed", "pay", "void credit=1200 credit_to=wallet")
    assert standing(world) == {"CASH": 1200, "WALLETS": -1200}
    after("draft for=two lines=@two", "finalize for=two apply=@wallet", world=world)
    assert world.the(Invoice, "two").outstanding_minor == 600


# ---------------------------------------------------------------- stories of Lago's tests


def test_void_an_unpaid_invoice_with_credit_of_its_total() -> None:
    world = after("billed", "void credit=1200 note=requested_and_voided_remainder")
    (note,) = world.all(CreditNote)
    assert (note.total_minor, note.balance_minor, note.status) == (1200, 1200, NoteStatus.ISSUED)


def test_void_a_paid_invoice_with_a_refund_of_its_total() -> None:
    world = after("billed", "pay", "void refund=1200 note=requested_and_voided_remainder")
    (note,) = world.all(CreditNote)
    assert (note.total_minor, note.refund_minor, note.balance_minor) == (1200, 1200, 0)
    invoice = world.the(Invoice, "inv")
    assert (invoice.paid_at_void_minor, invoice.outstanding_at_void_minor) == (1200, 0)


def test_void_an_invoice_paid_in_part_with_credit_refund_and_voided_remainder() -> None:
    """Paid 300 of 1,200, credit 300 and refund 300: one note of 600, and one of 600 voided."""
    policy = "note=requested_and_voided_remainder"
    world = after("billed", "pay amount=300", f"void credit=300 refund=300 {policy}")
    note, remainder = world.all(CreditNote)
    assert (note.total_minor, note.balance_minor, note.status) == (600, 300, NoteStatus.ISSUED)
    assert (remainder.total_minor, remainder.balance_minor) == (600, 0)
    assert remainder.status is NoteStatus.VOIDED
    assert [row.total_minor for row in (note, remainder)] == [600, 600]
    assert world.refused(told("credit")) == ("credit_exceeds_invoice", "line_over_credited")


def test_with_no_amounts_only_the_voided_remainder_exists() -> None:
    world = after("billed", "void note=requested_and_voided_remainder")
    (note,) = world.all(CreditNote)
    assert (note.id, note.total_minor, note.status) == ("remainder", 1200, NoteStatus.VOIDED)


def test_terminated_wallets_are_owed_but_not_spendable() -> None:
    world = after("spent", "terminate", "void", "draft for=two lines=@two")
    after("finalize for=two apply=@wallet", world=world)
    assert world.the(Invoice, "two").outstanding_minor == 1800


# ---------------------------------------------------------------- money that is on its way


def test_money_that_arrives_for_a_voided_invoice_is_held() -> None:
    world = after("coming", "void", "report")
    (row,) = world.all(Settlement)
    assert (row.held_minor, row.live) == (1200, False)
    assert world.the(Payment, "pay").unused_minor == 0
    assert standing(world) == {"CASH": 1200, "UNAPPLIED": -1200}
    after("refund for=inv amount=1000", "remove", world=world)
    assert world.the(Payment, "pay").unused_minor == 200


def test_a_payment_on_its_way_is_asked_to_stop() -> None:
    world = after("coming", "void")
    told_of = [event for event in world.events if event.kind == "payment.cancel_requested"]
    assert [(event.subject_id, event.invoice_id) for event in told_of] == [("pay", "inv")]


def test_a_void_tells_how_it_was_before_and_after() -> None:
    world = after("billed", "pay amount=300", "void reason=typo comment=twice")
    (event,) = [one for one in world.events if one.kind is EventKind.INVOICE_VOIDED]
    assert event.before is not None
    assert (event.before["status"], event.before["outstanding_minor"]) == ("finalized", 900)
    assert (event.after["status"], event.after["void_reason"]) == ("voided", "typo")
    assert event.after["paid_at_void_minor"] == 300


def test_a_void_ends_a_write_off() -> None:
    world = after("billed", "write_off", "void")
    assert world.the(WriteOff, "loss").reversed_at == world.at
    assert standing(world) == {}


def test_a_recorded_void_has_no_entries_and_can_still_be_credited() -> None:
    world = after("record status=voided", "credit")
    assert standing(world) == {"GRANTED": 600, "NOTES": -600}


def test_a_zero_invoice_is_voided_without_an_entry() -> None:
    world: World = after("draft lines=@free", "finalize")
    assert world.the(Invoice, "inv").outstanding_minor == 0
    assert booked("draft lines=@free", "finalize", "void") == []
    assert failures(world.facts) == []
