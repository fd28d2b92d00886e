"""A program of HTTP callers. Each has one connection, and sends one request at a time.

It reads a `Calls` as JSON from standard input, and writes a `Called` to standard output. It uses
little CPU time, because it runs on the same cores as the server that it measures.
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
    """The requests to send. Each answer must have status 200 and contain `expected`."""

    port: int
    connections: int
    method: str
    paths: list[str]
    key: str
    expected: str


class Called(msgspec.Struct, frozen=True):
    """Answers per second, and the 50th and 99th percentile of their times in milliseconds."""

    rate: float
    p50_ms: float
    p99_ms: float


class Caller(asyncio.Protocol):
    """One connection. It sends the next request when the previous one is answered."""

    def __init__(self, waiting: deque[bytes], expected: bytes, took: list[float]) -> None:
        self.waiting, self.expected, self.took = waiting, expected, took
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def ask(self) -> None:
        """Send the next request, or close the connection if there is none."""
        if not self.waiting:
            self.transport.close()
            self.ended.set_result(None)
            return
        self.began = perf_counter()
        self.transport.write(self.waiting.popleft())

    def data_received(self, data: bytes) -> None:
        """Collect the answer. When it is complete, check it and send the next request."""
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
        """Fail if the server closes the connection too early."""
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server closed the connection"))


def length(head: bytes) -> int:
    """Return the length of the body in bytes."""
    _, _, after = head.lower().partition(LENGTH)
    return int(after.split(b"\r\n", 1)[0])


def request(calls: Calls, path: str) -> bytes:
    """Return a request as bytes of HTTP."""
    return (
        f"{calls.method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{calls.port}\r\n"
        f"Authorization: Bearer {calls.key}\r\nContent-Type: application/json\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


async def call(calls: Calls) -> Called:
    """Send all requests, and measure them. Raises AssertionError for a wrong answer."""
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
    calls = msgspec.json.decode(sys.stdin.buffer.read(), type=Calls)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(call(calls))))
