"""Callers over HTTP, a program of its own: each keeps one connection and asks one thing at a time.

Reads a `Calls` as JSON from standard input, writes a `Called` to standard output. It is as lean as
it can be, because it runs on the same cores as what it measures.
"""

import asyncio
import sys
from collections import deque
from statistics import quantiles
from time import perf_counter
from typing import cast

import msgspec
import uvloop

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length: "


class Calls(msgspec.Struct, frozen=True):
    """What to ask, over how many connections; an answer must be 200 and contain `expected`."""

    port: int
    connections: int
    method: str
    paths: list[str]
    key: str
    expected: str


class Called(msgspec.Struct, frozen=True):
    """Answers per second, and how long half and 99 of 100 took at most."""

    rate: float
    p50_ms: float
    p99_ms: float


class Caller(asyncio.Protocol):
    """One connection: sends the next request when the last one is answered."""

    def __init__(self, waiting: deque[bytes], expected: bytes, took: list[float]) -> None:
        self.waiting, self.expected, self.took = waiting, expected, took
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def ask(self) -> None:
        """Send the next request, or end."""
        if not self.waiting:
            self.transport.close()
            self.ended.set_result(None)
            return
        self.began = perf_counter()
        self.transport.write(self.waiting.popleft())

    def data_received(self, data: bytes) -> None:
        """Take what came; once an answer is whole, check it and go on."""
        self.received += data
        head, ends, body = self.received.partition(HEAD_ENDS)
        if not ends or len(body) < length(head):
            return
        self.took.append((perf_counter() - self.began) * 1000)
        if not head.startswith(b"HTTP/1.1 200 ") or self.expected not in body:
            self.ended.set_exception(AssertionError(self.received))
            return
        self.received = b""
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up has failed."""
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server hung up"))


def length(head: bytes) -> int:
    """How long the body is."""
    _, _, after = head.lower().partition(LENGTH)
    return int(after.split(b"\r\n", 1)[0])


def request(calls: Calls, path: str) -> bytes:
    """A request as it goes over the wire."""
    return (
        f"{calls.method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{calls.port}\r\n"
        f"Authorization: Bearer {calls.key}\r\nContent-Type: application/json\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


async def call(calls: Calls) -> Called:
    """Ask everything, and say how it went. Raises AssertionError for a wrong answer."""
    loop = asyncio.get_running_loop()
    waiting = deque(request(calls, path) for path in calls.paths)
    took: list[float] = []
    began = perf_counter()
    callers = [
        (
            await loop.create_connection(
                lambda: Caller(waiting, calls.expected.encode(), took), "127.0.0.1", calls.port
            )
        )[1]
        for _ in range(calls.connections)
    ]
    await asyncio.gather(*(caller.ended for caller in callers))
    rate = len(took) / (perf_counter() - began)
    cuts = quantiles(took, n=100, method="inclusive")
    return Called(rate, cuts[49], cuts[98])


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Calls)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(call(asked))))
