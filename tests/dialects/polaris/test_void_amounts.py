"""What a void over the admin API gives back, and which credit notes document it."""

from collections.abc import Iterator
from typing import Any

import pytest

from cli.terminal import Serving
from dialects.polaris.admin import Admin, call, get, issued
from faults.world import opened
from polaris.engine import new_id


@pytest.fixture(scope="module")
def admin(database_url: str, serving: Serving) -> Iterator[Admin]:
    with opened(database_url) as database:
        yield Admin(database, serving.url)


@pytest.fixture(scope="module")
def noting(database_url: str, serving: Serving) -> Iterator[Admin]:
    """A tenant whose voids are documented by a credit note unless they choose otherwise."""
    with opened(database_url) as database:
        noting = Admin(database, serving.url)
        changes = {"void_with_credit_note": True}
        noting.done("SaveTenant", tenant_id=noting.tenant_id, settings_changes=changes)
        yield noting


# Paid, and the body: credit notes as (total, offset, credit, refund, where), wallet credit, held.
VOIDS: list[tuple[int, dict[str, Any], list[tuple[int, int, int, int, str]], int, int]] = [
    (0, {"generate_credit_note": True}, [(1200, 1200, 0, 0, "note")], 0, 0),
    (1200, {"generate_credit_note": True}, [(1200, 0, 1200, 0, "note")], 0, 0),
    (500, {"generate_credit_note": True}, [(1200, 700, 500, 0, "note")], 0, 0),
    (
        1200,
        {"generate_credit_note": True, "refund_amount": 200},
        [(1200, 0, 1000, 200, "note")],
        0,
        0,
    ),
    (
        1200,
        {"generate_credit_note": True, "credit_amount": 300},
        [(1200, 900, 300, 0, "wallet")],
        300,
        900,
    ),
    (1200, {"credit_amount": 300}, [(300, 0, 300, 0, "wallet")], 300, 900),
    (1200, {"credit_amount": 300, "refund_amount": 400}, [(700, 0, 300, 400, "wallet")], 300, 500),
    (1200, {"generate_credit_note": False}, [], 0, 1200),
]


@pytest.mark.parametrize(("paid", "body", "notes", "wallet", "held"), VOIDS)
def test_what_a_void_gives_back(
    admin: Admin,
    paid: int,
    body: dict[str, Any],
    notes: list[tuple[int, int, int, int, str]],
    wallet: int,
    held: int,
) -> None:
    """Of 1,200; the preview says the same before."""
    invoice_id = issued(admin, paid_minor=paid)
    seen = call(admin, f"/invoice/{invoice_id}/void/preview", **body)
    call(admin, f"/invoice/{invoice_id}/void", **body, expect=seen["fingerprint"])
    whole = get(admin, f"/invoice/{invoice_id}")
    assert [
        (
            *(one["total_amount_cents"], one["offset_amount_cents"], one["credit_amount_cents"]),
            *(one["refund_amount_cents"], one["credit_to"]),
        )
        for one in whole["credit_notes"]
    ] == notes
    assert whole["held_amount_cents"] == held
    assert sum(one["amount_minor"] for one in seen["effects"]["wallets"]) == wallet


# The body, and the credit note as (total, offset, credit, refund), of 1,200 of which 500 are paid.
VOIDS_BY_SETTING: list[tuple[dict[str, Any], list[tuple[int, int, int, int]], int]] = [
    ({}, [(1200, 1200, 0, 0)], 500),
    ({"generate_credit_note": None}, [(1200, 1200, 0, 0)], 500),
    ({"refund_amount": 200}, [(1200, 1000, 0, 200)], 300),
    ({"generate_credit_note": True}, [(1200, 700, 500, 0)], 0),
    ({"generate_credit_note": False}, [], 500),
]


@pytest.mark.parametrize(("body", "notes", "held"), VOIDS_BY_SETTING)
def test_without_a_choice_the_setting_decides_about_the_credit_note(
    noting: Admin, body: dict[str, Any], notes: list[tuple[int, int, int, int]], held: int
) -> None:
    """The setting's note gives nothing back: what was paid and is not refunded stays held."""
    invoice_id = issued(noting, paid_minor=500)
    seen = call(noting, f"/invoice/{invoice_id}/void/preview", **body)
    call(noting, f"/invoice/{invoice_id}/void", **body, expect=seen["fingerprint"])
    whole = get(noting, f"/invoice/{invoice_id}")
    names = ("total", "offset", "credit", "refund")
    amounts = [
        tuple(one[f"{name}_amount_cents"] for name in names) for one in whole["credit_notes"]
    ]
    assert (amounts, whole["held_amount_cents"]) == (notes, held)


def test_what_was_credited_before_is_not_credited_again(admin: Admin) -> None:
    """600 of 1,200 are credited; the void's note keeps the other 600."""
    invoice_id = issued(admin, paid_minor=1200)
    line_id = get(admin, f"/invoice/{invoice_id}")["lines"][0]["id"]
    admin.done(
        "IssueCreditNote",
        note_id=new_id(),
        invoice_id=invoice_id,
        lines=[{"line_id": line_id, "amount_minor": 500}],
        credit_minor=600,
    )
    call(admin, f"/invoice/{invoice_id}/void", generate_credit_note=True)
    whole = get(admin, f"/invoice/{invoice_id}")
    assert [one["credit_amount_cents"] for one in whole["credit_notes"]] == [600, 600]
    assert whole["held_amount_cents"] == 0
