"""Real programs to open a server with, and to kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil  # type: ignore[import-untyped]  # it ships no types

HOLDER = Path(__file__).with_name("holder.py")


class Holder:
    """Another program that has a data directory open."""

    def __init__(
        self, data_dir: Path, *, user: str | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self.program = subprocess.Popen(
            [sys.executable, str(HOLDER), str(data_dir), *([user] if user else [])],
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self) -> str:
        """Wait until it is open; the conninfo that it was given, empty if it failed."""
        assert self.program.stdout
        return self.program.stdout.readline().strip()

    def close(self) -> int:
        """Let it leave in good order, if it still lives; its exit code."""
        self.program.communicate()
        return self.program.returncode

    def kill(self, sign: signal.Signals = signal.SIGKILL) -> None:
        self.program.send_signal(sign)
        self.program.wait()


def another_user() -> str | None:
    """Somebody else for a program to run as, where we may choose: that is, as root."""
    return "nobody" if os.geteuid() == 0 else None


def postmasters(data_dir: Path) -> list[psutil.Process]:
    """The first program of each server that runs on this directory."""
    cluster = str(data_dir / "postgres")
    return [one for one in psutil.process_iter() if cluster in command(one)]


def servers(data_dir: Path) -> list[psutil.Process]:
    """Every program of the servers that run on this directory, the first one first."""
    return [
        one for first in postmasters(data_dir) for one in (first, *first.children(recursive=True))
    ]


def command(program: psutil.Process) -> list[str]:
    try:
        return list(program.cmdline())
    except psutil.Error:
        return []


def lives(program: psutil.Process) -> bool:
    """Whether it still runs: a corpse that nobody has buried does not."""
    try:
        return bool(program.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill(programs: list[psutil.Process]) -> None:
    for program in programs:
        with suppress(psutil.NoSuchProcess):  # the death of one before may have been enough
            program.kill()
    while any(map(lives, programs)):
        time.sleep(0.001)
