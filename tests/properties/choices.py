"""The random choices of a history: by Hypothesis, which can shrink them, or by a seed."""

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """A source of random choices. Zero, and the first of several, are the simplest choices."""

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
    """Choices of a random generator with a fixed seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randint(low, high)

    def among(self, several: Sequence[T]) -> T:
        """One of several."""
        return self._random.choice(several)
