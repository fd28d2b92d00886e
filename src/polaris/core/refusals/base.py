"""The base of every refusal. A class's docstring is its sentence; `instead` is the way out.

A name in backticks, such as `field` or `limit_minor`, stands for that detail of the refusal.

A refusal is expected, changes nothing and knows no HTTP. Any other exception is a bug.
"""

import re
from collections.abc import Callable
from typing import ClassVar

EVERY: "list[type[Refusal]]" = []
"""Every refusal class, in the order of definition."""


class Refusal(Exception):
    """The command was refused."""

    code: ClassVar[str] = "refusal"  # the class's name in snake case
    instead: ClassVar[str] = ""
    nothing_to_do: ClassVar[bool] = False  # True if the requested state is reached already

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        EVERY.append(cls)

    def __init__(self, **details: str | int | None) -> None:
        self.details = details
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """Return the refusal as one sentence, with the values of its details filled in."""
        return self.sentence_with(lambda amount_minor: f"{amount_minor} minor units")

    def sentence_with(self, printed: Callable[[int], str]) -> str:
        """Return the same sentence; `printed` turns an amount in minor units into text."""

        def filled(name: re.Match[str]) -> str:
            value = self.details.get(name[1])
            if value is None:
                return name[0]
            amount = name[1].endswith("_minor") and isinstance(value, int)
            return printed(int(value)) if amount else f"`{value}`"

        return _DETAIL.sub(filled, (type(self).__doc__ or "").strip())


_DETAIL = re.compile(r"`(\w+)`")
