"""Locks on files that the kernel drops when their holder dies, and that a child may inherit."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.01


def open_file(path: Path) -> int:
    """A file to lock, made if need be. Closing it drops the lock, unless a child inherited it."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A file to lock, until the end of the block."""
    fd = open_file(path)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's exclusive lock, after waiting for it."""
    with opened(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield


def share(fd: int) -> None:
    """Take a shared lock, after waiting for it."""
    fcntl.flock(fd, fcntl.LOCK_SH)


def take(fd: int) -> bool:
    """Whether the exclusive lock is now ours. A shared one that we held may be gone if not."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def take_within(fd: int, seconds: float) -> bool:
    """Whether the exclusive lock became ours in this time."""
    deadline = time.monotonic() + seconds
    while not (taken := take(fd)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return taken
