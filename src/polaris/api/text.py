"""Texts in a body that the database can keep."""

from typing import Annotated

from pydantic import AfterValidator

from polaris.core.commands.text import UNSTORABLE


def storable(text: str) -> str:
    """The text itself. Raises ValueError when it holds a NUL or an unpaired surrogate."""
    if UNSTORABLE.search(text):
        raise ValueError("the text contains a NUL or invalid Unicode")
    return text


Text = Annotated[str, AfterValidator(storable)]
"""A text field of a body; a value that cannot be stored makes the body invalid."""
