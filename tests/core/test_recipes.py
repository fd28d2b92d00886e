"""Each recipe of the books writes exactly these postings: debit, credit, amount."""

import pytest
from msgspec.structs import replace

from core.asks import after, told
from core.postings import booked, written
from core.proofs import failures
from polaris.core.facts.wallet import Lot

BILLING = {
    "1 net and tax": (
        "draft; finalize",
        "RECEIVABLE SALES 1000; RECEIVABLE TAX 200",
    ),
    "1 discount": (
        "draft lines=@discounted; finalize",
        "RECEIVABLE SALES 800; DISCOUNTS SALES 200; RECEIVABLE TAX 160",
    ),
    "1 a line's own account": (
        "draft lines=@rent; finalize",
        "RECEIVABLE RENT 1000; RECEIVABLE TAX 200",
    ),
    "1 two taxes": (
        "draft lines=@two_taxes; finalize",
        "RECEIVABLE SALES 1000; RECEIVABLE TAX 200; RECEIVABLE CITY 50",
    ),
    "1 nothing to ask for": ("draft lines=@free; finalize", ""),
    "1 recorded": ("record number=OLD-7", "RECEIVABLE SALES 1000; RECEIVABLE TAX 200"),
    "1 recorded as voided": ("record status=voided", ""),
    "1 credits sold": (
        "wallet; buy taxes=@vat",
        "RECEIVABLE UNEARNED 500; RECEIVABLE TAX 100",
    ),
}

MONEY = {
    "2 by hand": ("spare", "CASH UNAPPLIED 1200"),
    "2 by a provider": ("spare provider=card", "CLEARING UNAPPLIED 1200"),
    "2 into an own account": ("spare account=BANK", "BANK UNAPPLIED 1200"),
    "2 with a fee": (
        "spare provider=card fee=30",
        "CLEARING UNAPPLIED 1200; FEES CLEARING 30",
    ),
    "2 on its way": ("billed; pay state=in_progress", ""),
    "2 failed": ("billed; pay state=failed", ""),
    "2 and 3 at once": ("billed; pay", "CASH UNAPPLIED 1200; UNAPPLIED RECEIVABLE 1200"),
    "2 and 3 once it came": (
        "coming; report fee=30",
        "CASH UNAPPLIED 1200; FEES CASH 30; UNAPPLIED RECEIVABLE 1200",
    ),
    "3 later": ("billed; spare; apply amount=700", "UNAPPLIED RECEIVABLE 700"),
    "3 no more than is owed": (
        "billed; pay amount=1300",
        "CASH UNAPPLIED 1300; UNAPPLIED RECEIVABLE 1200",
    ),
    "3 excess at finalization": (
        "draft; spare amount=5000; finalize apply=@excess",
        "RECEIVABLE SALES 1000; RECEIVABLE TAX 200; UNAPPLIED RECEIVABLE 1200",
    ),
    "2 for a voided invoice": ("billed; void; pay", "CASH UNAPPLIED 1200"),
    "4 removed": ("billed; pay; remove", "~RECEIVABLE UNAPPLIED 1200"),
    "4 removed after the void": ("billed; pay; void; remove", ""),
    "4 reversed": (
        "billed; pay; report state=reversed",
        "~RECEIVABLE UNAPPLIED 1200; UNAPPLIED CASH 1200",
    ),
    "4 failed late, unused": ("spare; report state=failed", "UNAPPLIED CASH 1200"),
    "4 reversed after part was refunded": (
        "billed; pay; void refund=700; report state=reversed",
        "UNAPPLIED CASH 500; BAD_DEBT CASH 700",
    ),
    "5 whole": ("billed; write_off", "BAD_DEBT RECEIVABLE 1200"),
    "5 in part": ("billed; write_off amount=200", "BAD_DEBT RECEIVABLE 200"),
    "5 to a given account": ("billed; write_off account=RENT", "RENT RECEIVABLE 1200"),
    "6 asked for again": ("billed; write_off; unwrite", "~RECEIVABLE BAD_DEBT 1200"),
}

NOTES = {
    "8 and 9 credit": (
        "billed; credit",
        "CUSTOMER_REFUNDS RECEIVABLE 500; TAX RECEIVABLE 100; RECEIVABLE NOTES 600",
    ),
    "8 and 9 credit to the wallet": (
        "billed; credit credit_to=wallet",
        "CUSTOMER_REFUNDS RECEIVABLE 500; TAX RECEIVABLE 100; RECEIVABLE WALLETS 600",
    ),
    "8 and 9 refund": (
        "billed; pay; credit credit=0 refund=600",
        "CUSTOMER_REFUNDS RECEIVABLE 500; TAX RECEIVABLE 100; RECEIVABLE REFUNDS 600",
    ),
    "8 and 9 offset": (
        "billed; credit credit=0 offset=600",
        "CUSTOMER_REFUNDS RECEIVABLE 500; TAX RECEIVABLE 100",
    ),
    "8 and 9 three parts": (
        "billed; pay amount=900; credit offset=300 credit=200 refund=100",
        "CUSTOMER_REFUNDS RECEIVABLE 500; TAX RECEIVABLE 100;"
        " RECEIVABLE NOTES 200; RECEIVABLE REFUNDS 100",
    ),
    "8 with a discount": (
        "draft lines=@discounted; finalize; credit credit=480",
        "CUSTOMER_REFUNDS RECEIVABLE 400; TAX RECEIVABLE 80; RECEIVABLE NOTES 480",
    ),
    "8 on credits sold, unpaid": (
        "sold; credit for=top lines=@of_top credit=0 offset=300",
        "UNEARNED RECEIVABLE 300",
    ),
    "8 on credits sold, landed": (
        "landed; credit for=top lines=@of_top credit=300",
        "WALLETS RECEIVABLE 300; RECEIVABLE NOTES 300",
    ),
    "10 standalone": ("standalone", "CUSTOMER_REFUNDS NOTES 500; TAX NOTES 100"),
    "10 a line's own account": ("standalone lines=@alone_rent", "RENT NOTES 5"),
    "11 applied": ("billed; standalone; apply_note of=alone", "NOTES RECEIVABLE 600"),
    "11 in part": ("billed; standalone; apply_note of=alone amount=5", "NOTES RECEIVABLE 5"),
    "11 removed": (
        "billed; standalone; apply_note of=alone; remove_note of=alone",
        "~RECEIVABLE NOTES 600",
    ),
    "12 balance": ("billed; credit; void_note", "NOTES CUSTOMER_REFUNDS 500; NOTES TAX 100"),
    "12 what is left of it": (
        "billed; credit; billed_two; apply_note for=two amount=300; void_note",
        "NOTES CUSTOMER_REFUNDS 250; NOTES TAX 50",
    ),
    "12 offset": (
        "billed; credit credit=0 offset=600; void_note",
        "RECEIVABLE CUSTOMER_REFUNDS 500; RECEIVABLE TAX 100",
    ),
    "12 balance and offset": (
        "billed; credit credit=360 offset=240; void_note",
        "NOTES CUSTOMER_REFUNDS 300; RECEIVABLE CUSTOMER_REFUNDS 200;"
        " NOTES TAX 60; RECEIVABLE TAX 40",
    ),
    "12 standalone": (
        "standalone; void_note of=alone",
        "NOTES CUSTOMER_REFUNDS 500; NOTES TAX 100",
    ),
    "12 of credits sold": (
        "landed; credit for=top lines=@of_top credit=300; void_note",
        "NOTES WALLETS 300",
    ),
    "12 voided invoice: what was granted first, then money": (
        "billed; pay amount=300; void credit=500; void_note of=void-note",
        "NOTES GRANTED 200; NOTES UNAPPLIED 300",
    ),
}

REFUNDS = {
    "13 of a note's balance": (
        "billed; pay; credit; refund of=note amount=600",
        "NOTES REFUNDS 600",
    ),
    "13 of excess": ("billed; pay amount=1300; refund", "UNAPPLIED REFUNDS 100"),
    "13 of held money": ("billed; pay; void; refund for=inv amount=1200", "UNAPPLIED REFUNDS 1200"),
    "14 settled": ("spare; refund; report_refund", "REFUNDS CASH 100"),
    "14 settled where it lies": ("spare account=BANK; refund; report_refund", "REFUNDS BANK 100"),
    "14 pending": ("spare; refund; report_refund state=pending", ""),
    "14 failed": ("spare; refund; report_refund state=failed", ""),
    "14 failed, then settled": (
        "spare; refund; report_refund state=failed; report_refund",
        "REFUNDS CASH 100",
    ),
    "14 failed after it had settled": (
        "spare; refund; report_refund; report_refund state=failed",
        "~CASH REFUNDS 100",
    ),
    "14 converted": ("spare; refund; convert", "REFUNDS NOTES 100"),
}

WALLETS = {
    "15 credits land": (
        'sold; pay apply_to={"top":1000} amount=1000',
        "CASH UNAPPLIED 1000; UNAPPLIED RECEIVABLE 1000; UNEARNED WALLETS 1000",
    ),
    "15 a part that is paid lands": (
        'sold; pay apply_to={"top":1000} amount=999',
        "CASH UNAPPLIED 999; UNAPPLIED RECEIVABLE 999; UNEARNED WALLETS 999",
    ),
    "15 a write-off lands nothing": ("sold; write_off for=top", "BAD_DEBT RECEIVABLE 1000"),
    "15 a credit note lands its part": (
        "sold; standalone; apply_note of=alone for=top",
        "NOTES RECEIVABLE 600; UNEARNED WALLETS 600",
    ),
    "15 unspent credits leave with their money": (
        "landed; remove for=top",
        "~RECEIVABLE UNAPPLIED 1000; WALLETS UNEARNED 1000",
    ),
    "15 wallet credits buy no credits": (
        "wallet; grant; draft for=top kind=top_up lines=@sold; finalize for=top apply=@wallet",
        "RECEIVABLE UNEARNED 1000",
    ),
    "15 only what no note took back": (
        "sold; credit for=top lines=@of_top credit=0 offset=300;"
        ' pay apply_to={"top":1000} amount=700',
        "CASH UNAPPLIED 700; UNAPPLIED RECEIVABLE 700; UNEARNED WALLETS 700",
    ),
    "16 purchased": (
        "landed; draft; finalize apply=@wallet",
        "RECEIVABLE SALES 1000; RECEIVABLE TAX 200; WALLETS RECEIVABLE 1000",
    ),
    "16 granted": (
        "wallet; grant; draft; finalize apply=@wallet",
        "RECEIVABLE SALES 1000; RECEIVABLE TAX 200; PROMOTIONAL RECEIVABLE 300",
    ),
    "16 granted before purchased": (
        "landed; grant; draft; finalize apply=@wallet",
        "RECEIVABLE SALES 1000; RECEIVABLE TAX 200;"
        " PROMOTIONAL RECEIVABLE 300; WALLETS RECEIVABLE 900",
    ),
    "17 restored": (
        "landed; grant; draft; finalize apply=@wallet; restore",
        "~RECEIVABLE PROMOTIONAL 300; ~RECEIVABLE WALLETS 900",
    ),
    "18 granted credits voided": ("wallet; grant; void_credits", ""),
    "18 granted credits expired": (
        "wallet; grant expires_at=2026-03-10T12:00:00Z; expire",
        "",
    ),
    "18 terminated": ("landed; terminate", ""),
    "19 granted": ("wallet; grant", ""),
}

RECIPES = {**BILLING, **MONEY, **NOTES, **REFUNDS, **WALLETS}


@pytest.mark.parametrize(("story", "postings"), RECIPES.values(), ids=RECIPES)
def test_a_recipe_writes_exactly_its_postings(story: str, postings: str) -> None:
    expected = [one.strip() for one in postings.split(";") if one.strip()]
    assert booked(*(step.strip() for step in story.split(";"))) == expected


@pytest.mark.parametrize("ends", ["void_credits amount=250", "expire"])
def test_18_purchased_credits_that_end_are_income(ends: str) -> None:
    world = after("landed")
    (lot,) = world.all(Lot)
    world.facts.add([replace(lot, expires_at=world.at)])
    decision = world.perform(replace(told(ends), lot_id=lot.id))
    assert written(decision) == [f"WALLETS BREAKAGE {1000 if ends == 'expire' else 250}"]
    assert failures(world.facts) == []
