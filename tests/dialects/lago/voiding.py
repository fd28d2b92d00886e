"""Invoices in every state, the bodies of voids, and the answer to each."""

from collections.abc import Callable
from typing import Any

from dialects.lago.books import Prepared
from dialects.lago.said import error, invalid
from polaris.core import commands
from polaris.core.facts.credit_note import CreditNote
from polaris.engine import new_id

Answer = tuple[int, dict[str, object] | None]

VOIDED: Answer = 200, None
MISSING: Answer = 404, error(404, "invoice_not_found")
NOT_VOIDABLE: Answer = 405, error(405, "not_voidable")
EXCEEDS: Answer = 422, invalid(credit_refund_amount=["total_amount_exceeds_invoice_amount"])

NOTE: dict[str, object] = {"generate_credit_note": True}
BODIES: dict[str, dict[str, object] | None] = {
    "no body": None,
    "amounts without a note": {"credit_amount": 99_999, "refund_amount": 99_999},
    "a note": NOTE,
    "credit": NOTE | {"credit_amount": 1200},
    "too much credit": NOTE | {"credit_amount": 1201},
    "refund": NOTE | {"refund_amount": 500},
    "too much together": NOTE | {"credit_amount": 701, "refund_amount": 500},
}

Made = Callable[[Prepared], str]


def void(books: Prepared, invoice_id: str, body: object) -> Answer:
    """Request a void, and return the answer."""
    answer = books.http("POST", f"/invoices/{invoice_id}/void", json=body)
    return answer.status_code, refusal(answer.json())


def refusal(shown: dict[str, Any]) -> dict[str, object] | None:
    """Return the body of a refusal; None if the answer is a voided invoice."""
    return None if shown.get("invoice", {}).get("status") == "voided" else shown


def draft(books: Prepared) -> str:
    """A draft of 1,200."""
    return books.draft(books.customer())


def unpaid(books: Prepared) -> str:
    """An issued one of 1,200."""
    return books.invoice(books.customer())


def paid(books: Prepared) -> str:
    """A paid one of 1,200."""
    invoice_id = unpaid(books)
    books.paid(invoice_id, 1200)
    return invoice_id


def voided(books: Prepared) -> str:
    """One that was voided without a note."""
    invoice_id = paid(books)
    assert void(books, invoice_id, None) == VOIDED
    return invoice_id


def voided_with_note(books: Prepared) -> str:
    """One whose lines a voided note has used up."""
    invoice_id = paid(books)
    assert void(books, invoice_id, NOTE) == VOIDED
    return invoice_id


def deleted(books: Prepared) -> str:
    """A deleted draft."""
    invoice_id = draft(books)
    assert books.http("DELETE", f"/invoices/{invoice_id}").status_code == 200
    return invoice_id


def foreign(books: Prepared) -> str:
    """Another tenant's."""
    return unpaid(books.stranger())


def top_up(books: Prepared) -> str:
    """One that sells credits."""
    wallet_id, invoice_id = new_id(), new_id()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=books.customer(), currency="EUR"),
        commands.BuyCredits(invoice_id=invoice_id, wallet_id=wallet_id, amount_minor=5000),
    )
    return invoice_id


def unknown(_: Prepared) -> str:
    """Nobody's."""
    return new_id()


def no_id(_: Prepared) -> str:
    """What is no id at all."""
    return "INV-1"


ALL, NONE = dict.fromkeys(BODIES, MISSING), dict.fromkeys(BODIES, NOT_VOIDABLE)
WANTING = {"too much credit": EXCEEDS, "too much together": EXCEEDS}
POSITIVE = WANTING | dict.fromkeys(["credit", "refund"], EXCEEDS)

EXPECTED: dict[Made, dict[str, Answer]] = {
    unknown: ALL,
    no_id: ALL,
    foreign: ALL,
    deleted: ALL,
    draft: NONE | POSITIVE,
    voided: NONE | WANTING,
    voided_with_note: NONE | POSITIVE,
    unpaid: dict.fromkeys(BODIES, VOIDED) | WANTING | {"refund": EXCEEDS},
    paid: dict.fromkeys(BODIES, VOIDED) | WANTING,
    top_up: dict.fromkeys(BODIES, VOIDED) | POSITIVE,
}


def notes_of(books: Prepared, invoice_id: str) -> list[CreditNote]:
    """The invoice's credit notes, in the order of their numbers."""
    notes: Any = books.facts(invoices={invoice_id}).tables[CreditNote].values()
    return sorted(notes, key=lambda note: note.number)


# ---------------------------------------------------------------- spellings


def notes_made(books: Prepared, said: object) -> int:
    """Void with this `generate_credit_note`; return the number of notes."""
    invoice_id = unpaid(books)
    assert void(books, invoice_id, {"generate_credit_note": said}) == VOIDED
    return len(notes_of(books, invoice_id))


def credit_made(books: Prepared, said: object) -> int:
    """Void with this `credit_amount`; return the credit in minor units."""
    invoice_id = unpaid(books)
    assert void(books, invoice_id, NOTE | {"credit_amount": said}) == VOIDED
    return sum(note.balance_minor for note in notes_of(books, invoice_id))


def refused_field(books: Prepared, **said: object) -> tuple[Answer, str]:
    """The answer to a void of a paid invoice with these fields, and the invoice's status then."""
    invoice_id = paid(books)
    answer = void(books, invoice_id, NOTE | said)
    shown = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]
    return answer, str(shown["status"])


def refused(**details: list[str]) -> tuple[Answer, str]:
    """A 422 with these codes by field; nothing is voided."""
    return (422, invalid(**details)), "finalized"
