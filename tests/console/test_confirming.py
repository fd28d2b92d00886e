"""What changed since a preview is told in the currency of the invoice."""

import pytest
from babel import Locale

from polaris.console.confirming import differences_in
from polaris.core.refusals import AlreadyVoided, OutcomeChanged


@pytest.mark.parametrize(
    ("currency", "language", "line"),
    [
        ("USD", "en", "invoice draft, total: 1,200.00 → 1,500.00"),
        ("USD", "de", "invoice draft, total: 1.200,00 → 1.500,00"),
        ("JPY", "en", "invoice draft, total: 120,000 → 150,000"),
    ],
)
def test_amounts_are_in_major_units(currency: str, language: str, line: str) -> None:
    told = "invoice draft, total_minor: 120000 → 150000\ntax VAT 20: base_minor 100000 → nothing"
    changed = OutcomeChanged(changes=told)
    first, second = differences_in((changed,), currency, Locale(language))
    assert first == line
    assert second.startswith("tax VAT 20: base 1") and second.endswith(" → nothing")


def test_other_refusals_are_no_changes() -> None:
    assert differences_in((AlreadyVoided(),), "USD") == []
