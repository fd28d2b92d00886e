"""A worker whose only job waits while a file exists. A test kills it, or lets it end."""

import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet

from polaris.delivery.sender import Sending
from polaris.encryption import Encryption
from polaris.engine import Engine
from polaris.jobs import queue
from polaris.jobs.job import Job, Schedule, Workplace
from polaris.settings import Settings
from polaris.store.server.database import open_database


class EverySecond(Schedule):
    """A schedule for tests that must not wait for a minute."""

    @property
    def cron(self) -> str:
        """The sixth field is seconds."""
        return "* * * * * *"


def main(url: str, name: str, held: str, log: str) -> None:
    """Write the name of this process when a run of the job begins, and when it ends."""

    def run(_place: Workplace, _at: datetime) -> int:
        report(log, f"{name} begins")
        while Path(held).exists():
            time.sleep(0.05)
        report(log, f"{name} ends")
        return 1

    def fail(_place: Workplace, _at: datetime) -> int:
        raise RuntimeError("this job always fails")

    every_second = EverySecond(1)
    jobs = [Job("waits", every_second, run, "Waits."), Job("fails", every_second, fail, "Fails.")]
    timing = queue.Timing(0.2, 1.5, "* * * * * *")
    with open_database(Settings(database_url=url)) as database:
        sending = Sending({}, Encryption((Fernet.generate_key().decode(),)), "", True)
        place = Workplace(database, Engine(database, connections=1), Settings(), sending)
        asyncio.run(queue.work(place, asyncio.Event(), jobs, timing))


def report(log: str, line: str) -> None:
    """Append a line in one write."""
    with Path(log).open("a") as file:
        file.write(f"{line}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
