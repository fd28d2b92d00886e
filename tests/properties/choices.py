"""Where a random history's choices come from: Hypothesis, which shrinks, or a plain generator."""

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """A source of choices; zero and the first are the simplest."""

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""

    def among(self, several: Sequence[T]) -> T:
        """One of several."""


class Drawn:
    """Choices that Hypothesis draws."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        drawn: int = self._draw(st.integers(low, high))
        return drawn

    def among(self, several: Sequence[T]) -> T:
        """One of several."""
        return several[self.whole(0, len(several) - 1)]


class Seeded:
    """Choices of a generator that always gives the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randint(low, high)

    def among(self, several: Sequence[T]) -> T:
        """One of several."""
        return self._random.choice(several)
