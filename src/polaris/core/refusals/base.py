"""The base of every refusal. A class's docstring is its sentence; `instead` is the way out.

A name in backticks, such as `field` or `limit_minor`, stands for that detail of the refusal.

A refusal is expected, changes nothing and knows no HTTP. Any other exception is a bug.
"""

import re
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
        return _DETAIL.sub(self._filled, (type(self).__doc__ or "").strip())

    def _filled(self, name: re.Match[str]) -> str:
        value = self.details.get(name[1])
        if value is None:
            return name[0]
        return f"{value} minor units" if name[1].endswith("_minor") else f"`{value}`"


_DETAIL = re.compile(r"`(\w+)`")
