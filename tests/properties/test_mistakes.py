"""The proofs catch each deliberate mistake."""

import pytest

from properties.choices import Seeded
from properties.histories import run
from properties.mistakes import MISTAKES, Mistake

HISTORIES = 300


def caught_after(most: int) -> int | None:
    """Return the number of histories until a proof fails, or None if none of `most` fails."""
    for seed in range(most):
        try:
            run(Seeded(seed), steps=40)
        except AssertionError:
            return seed + 1
    return None


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_the_proof_set_catches_a_mistake(mistake: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake(monkeypatch)
    assert caught_after(HISTORIES) is not None


def test_without_a_mistake_nothing_is_caught() -> None:
    """Otherwise the test above would prove nothing."""
    assert caught_after(20) is None
