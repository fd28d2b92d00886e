"""Amounts are exact in Stripe's units, or clearly refused. The examples are worked out by hand."""

import pytest

from polaris.payments.stripe.amounts import NotExact, from_stripe, to_stripe


@pytest.mark.parametrize(
    ("amount_minor", "currency", "amount"),
    [
        (1234, "EUR", 1234),
        (500, "JPY", 500),
        (500, "ISK", 50000),  # two decimal places, which are zero
        (500, "UGX", 50000),
        (12300, "MGA", 123),  # ISO 4217 has two decimal places, Stripe none
        (12340, "KWD", 12340),
    ],
)
def test_an_amount_is_the_same_money_in_both_units(
    amount_minor: int, currency: str, amount: int
) -> None:
    assert to_stripe(amount_minor, currency) == amount
    assert from_stripe(amount, currency) == amount_minor


@pytest.mark.parametrize(
    ("amount_minor", "currency"), [(12345, "KWD"), (12301, "MGA"), (12345, "CLF")]
)
def test_an_amount_that_stripe_cannot_take_is_refused(amount_minor: int, currency: str) -> None:
    with pytest.raises(NotExact, match=currency):
        to_stripe(amount_minor, currency)


@pytest.mark.parametrize(("amount", "currency"), [(50050, "ISK"), (1, "UGX")])
def test_a_part_of_the_smallest_unit_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(NotExact, match=currency):
        from_stripe(amount, currency)
