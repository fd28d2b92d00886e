"""Searching committed rows by the time of their request, although some are committed late."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EARLIEST = datetime.min.replace(tzinfo=UTC)


class Look(NamedTuple):
    """A search for new rows: how often, and how far back before the last search."""

    every: timedelta
    back: timedelta | None  # None: search all rows


LOOKS = (
    Look(timedelta(0), timedelta(seconds=3)),
    Look(timedelta(seconds=10), timedelta(minutes=1)),
    Look(timedelta(hours=1), None),
)
"""Most rows are committed at once, a few much later, so a search that goes far back runs less
often."""


class Lookback:
    """Decides how far back the next search goes. The first one searches all rows."""

    def __init__(self, looks: tuple[Look, ...] = LOOKS) -> None:
        self._looks = looks
        self._looked_at: dict[Look, datetime] = {}

    def since(self, now: datetime) -> datetime:
        """Return the time from which to search: that of the look that goes back furthest."""
        return self._since(self._looks[self._furthest(now)], now)

    def done(self, now: datetime) -> None:
        """Remember that the search of `since(now)` has succeeded. It includes the shorter ones."""
        self._looked_at |= dict.fromkeys(self._looks[: self._furthest(now) + 1], now)

    def _furthest(self, now: datetime) -> int:
        return max(index for index, look in enumerate(self._looks) if self._due(look, now))

    def _due(self, look: Look, now: datetime) -> bool:
        at = self._looked_at.get(look)
        return at is None or not look.every or now - at >= look.every

    def _since(self, look: Look, now: datetime) -> datetime:
        at = self._looked_at.get(look)
        # A clock that was set back must not hide the rows of new requests.
        return EARLIEST if at is None or look.back is None else min(at, now) - look.back
