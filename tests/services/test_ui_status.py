"""The one status that a person sees: every combination of the three fields."""

import pytest

from polaris.services.ui_status import UiStatus, derive_invoice_ui_status

# Of a finalized invoice: payment status, then not overdue, overdue.
FINALIZED = [
    ("pending", "pending", "overdue"),
    ("failed", "failed", "overdue"),
    ("succeeded", "paid", "overdue"),
    (None, "finalized", "overdue"),
]


@pytest.mark.parametrize(("payment", "in_time", "late"), FINALIZED)
def test_a_finalized_invoice_shows_how_it_is_paid(
    payment: str | None, in_time: str, late: str
) -> None:
    assert derive_invoice_ui_status("finalized", payment, False) == in_time
    assert derive_invoice_ui_status("finalized", payment, True) == late


@pytest.mark.parametrize("status", ["draft", "voided", "closed"])
@pytest.mark.parametrize("payment", ["pending", "failed", "succeeded", None])
@pytest.mark.parametrize("late", [True, False])
def test_any_other_invoice_shows_its_own_status(
    status: str, payment: str | None, late: bool
) -> None:
    assert derive_invoice_ui_status(status, payment, late) == status


@pytest.mark.parametrize(("status", "payment"), [("paid", "pending"), ("finalized", "paid")])
def test_an_unknown_status_is_an_error(status: str, payment: str) -> None:
    with pytest.raises(ValueError, match="paid"):
        derive_invoice_ui_status(status, payment, False)


def test_every_status_is_explained_in_one_sentence() -> None:
    texts = [status.explanation for status in UiStatus]
    assert len(set(texts)) == len(UiStatus) == 8
    assert all(text.startswith("It ") and text.endswith(".") for text in texts)
