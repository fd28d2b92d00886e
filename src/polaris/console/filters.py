"""The filters of a list, as the parameters of its URL give them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from polaris.core.commands.text import ID


class Filters:
    """The parameters of a URL by name, and a sentence about each that could not be read."""

    def __init__(self, path: str, query: Mapping[str, str], names: Iterable[str]) -> None:
        self.path = path
        self.params = {name: query[name].strip() for name in names if query.get(name, "").strip()}
        self.faults: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.params

    def text(self, name: str) -> str | None:
        """Return the text, or None if the parameter is missing."""
        return self.params.get(name)

    def field(self, name: str) -> str:
        """Return the text, as the form shows it again."""
        return self.params.get(name, "")

    def id(self, name: str) -> str | None:
        """Return the parameter if it is an id, else None."""
        text = self.params.get(name, "").lower()
        return text if ID.fullmatch(text) else None

    def day(self, name: str) -> date | None:
        """Return the day, or None if the parameter is missing or names no day."""
        if name not in self.params:
            return None
        try:
            return date.fromisoformat(self.params[name])
        except ValueError:
            self.faults[name] = "This is not a day. Type it like 2026-01-31."
            return None

    def choice(self, name: str, choices: Iterable[str]) -> str | None:
        """Return the parameter if it is one of the choices, else None."""
        text = self.params.get(name)
        if text is None or text in choices:
            return text
        self.faults[name] = f"There is no “{text}”. Choose one of the list."
        return None

    def place(self, name: str, parts: int = 2) -> list[str] | None:
        """Return the parts of the row from which a page continues, or None."""
        found = self.params.get(name, "").split("~")
        return found if len(found) == parts and ID.fullmatch(found[1]) else None

    def day_place(self, name: str, parts: int = 2) -> tuple[date, list[str]] | None:
        """Return the day of the row from which a page continues, and its other parts."""
        found = self.place(name, parts)
        try:
            return (date.fromisoformat(found[0]), found[1:]) if found else None
        except ValueError:
            return None

    def moment_place(self, name: str) -> tuple[datetime, str] | None:
        """Return the time and the id of the row from which a page continues."""
        found = self.place(name)
        try:
            return (datetime.fromisoformat(found[0]), found[1]) if found else None
        except ValueError:
            return None

    def url(self, path: str = "", **changes: str | None) -> str:
        """Return the URL with some parameters changed; None removes one. Pages begin anew."""
        merged = {**self.params, "after": None, "before": None, **changes}
        pairs = {name: value for name, value in merged.items() if value}
        return f"{path or self.path}?{urlencode(pairs)}" if pairs else path or self.path
