"""A periodic job: its name, when it runs, and what it works with."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from polaris.delivery.sender import Sending
from polaris.engine import Engine
from polaris.settings import Settings
from polaris.store.server.database import Database

ACTOR = "polaris"
"""The name of background work in the audit log."""

MINUTES = 60
MINUTE_SECONDS = 60


@dataclass(frozen=True)
class Workplace:
    """What jobs work with. A job that takes long ends early once `stopping` is set."""

    database: Database
    engine: Engine
    settings: Settings
    sending: Sending
    stopping: threading.Event = field(default_factory=threading.Event)


class Schedule(NamedTuple):
    """When a job runs: every so many minutes of an hour, beginning at a minute. Times are UTC.

    A job of every minute can run several times in it.
    """

    every_minutes: int  # a divisor of 60
    at_minute: int = 0  # less than `every_minutes`
    every_seconds: int = MINUTE_SECONDS  # a divisor of 60

    @property
    def cron(self) -> str:
        """The schedule as a cron line. A sixth field is seconds."""
        if self.every_seconds < MINUTE_SECONDS:
            return f"* * * * * */{self.every_seconds}"
        if self.every_minutes == MINUTES:
            return f"{self.at_minute} * * * *"
        return f"{self.at_minute}-59/{self.every_minutes} * * * *"

    @property
    def words(self) -> str:
        """The schedule in words.

        >>> [Schedule(1, every_seconds=5).words, Schedule(15, 3).words, Schedule(60, 7).words]
        ['every 5 seconds', 'every 15 minutes', 'every hour at minute 7']
        """
        if self.every_seconds < MINUTE_SECONDS:
            return f"every {self.every_seconds} seconds"
        if self.every_minutes == MINUTES:
            return f"every hour at minute {self.at_minute}"
        return "every minute" if self.every_minutes == 1 else f"every {self.every_minutes} minutes"

    def next_after(self, at: datetime) -> datetime:
        """Return the first time of the schedule after a time (UTC)."""
        if self.every_seconds < MINUTE_SECONDS:
            whole = at.replace(microsecond=0)
            return whole + timedelta(seconds=self.every_seconds - whole.second % self.every_seconds)
        minute = at.replace(second=0, microsecond=0)
        wait = (self.at_minute - minute.minute) % self.every_minutes or self.every_minutes
        return minute + timedelta(minutes=wait)


class Job(NamedTuple):
    """A periodic job. `run` takes the time of the run (UTC), and returns how many rows it did."""

    name: str
    schedule: Schedule
    run: Callable[[Workplace, datetime], int]
    purpose: str  # a sentence
