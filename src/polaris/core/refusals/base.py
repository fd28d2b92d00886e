"""Every way to say no. A class's docstring is the sentence; `instead` says what to do about it.

A refusal is expected, changes nothing and knows no HTTP. A bug is any other exception.
"""

import re
from typing import ClassVar

EVERY: "list[type[Refusal]]" = []
"""Every refusal there is, in the order of this page."""


class Refusal(Exception):
    """The command was refused."""

    code: ClassVar[str] = "refusal"  # the class's name in snake case
    instead: ClassVar[str] = ""
    nothing_to_do: ClassVar[bool] = False  # what was asked for is so already

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        EVERY.append(cls)

    def __init__(self, **details: str | int | None) -> None:
        super().__init__(self.sentence)
        self.details = details

    @property
    def sentence(self) -> str:
        """The refusal in one sentence."""
        return (type(self).__doc__ or "").strip()
