"""Separate programs that open a server, and that a test can kill."""

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
    """Another program that keeps a data directory open."""

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
        """Wait until the directory is open. Return the conninfo, or an empty text on failure."""
        assert self.program.stdout
        return self.program.stdout.readline().strip()

    def close(self) -> int:
        """Let the program end normally if it still runs. Return its exit code."""
        self.program.communicate()
        return self.program.returncode

    def kill(self, sign: signal.Signals = signal.SIGKILL) -> None:
        self.program.send_signal(sign)
        self.program.wait()


def another_user() -> str | None:
    """Return another user to run a program as; this is possible only for root."""
    return "nobody" if os.geteuid() == 0 else None


def postmasters(data_dir: Path) -> list[psutil.Process]:
    """Return the main process of each server that runs on this directory."""
    cluster = str(data_dir / "postgres")
    return [one for one in psutil.process_iter() if cluster in command(one)]


def servers(data_dir: Path) -> list[psutil.Process]:
    """Return all processes of the servers that run on this directory, main processes first."""
    return [
        one for first in postmasters(data_dir) for one in (first, *first.children(recursive=True))
    ]


def command(program: psutil.Process) -> list[str]:
    try:
        return list(program.cmdline())
    except psutil.Error:
        return []


def lives(program: psutil.Process) -> bool:
    """True if the process still runs; a zombie does not."""
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
