"""File locks. The kernel releases them when their holder dies, and a child may inherit them."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.01


def open_file(path: Path) -> int:
    """Open a file to lock; create it if it is missing.

    Closing it releases the lock, unless a child has inherited it.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open a file to lock, until the end of the block."""
    fd = open_file(path)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for a file's exclusive lock, and hold it until the end of the block."""
    with opened(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield


def share(fd: int) -> None:
    """Wait for a shared lock, and take it."""
    fcntl.flock(fd, fcntl.LOCK_SH)


def take(fd: int) -> bool:
    """Try to take the exclusive lock. Return True if we have it.

    If not, a shared lock that we held may be lost.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def take_within(fd: int, seconds: float) -> bool:
    """Try for `seconds` to take the exclusive lock. Return True if we have it."""
    deadline = time.monotonic() + seconds
    while not (taken := take(fd)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return taken
