"""The type of text fields in a body: only text that the database can store."""

from typing import Annotated

from pydantic import AfterValidator

from polaris.core.commands.text import UNSTORABLE


def check_storable(text: str) -> str:
    """Return the text. Raises ValueError if it contains a NUL or an unpaired surrogate."""
    if UNSTORABLE.search(text):
        raise ValueError("the text contains a NUL or invalid Unicode")
    return text


Text = Annotated[str, AfterValidator(check_storable)]
"""A text field of a body. A value that cannot be stored makes the body invalid."""
