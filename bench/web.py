"""The speed over HTTP: calls of the Lago dialect, and a route that does nothing."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.caller import Called, Calls
from bench.world import TENANT, World
from polaris.engine import new_id, now
from polaris.keys import ApiKey
from polaris.store.engine.write import create_api_key

POLARIS = Path(sys.executable).with_name("polaris")


class Web(NamedTuple):
    """A running server: its port, and an API key."""

    port: int
    key: str

    def call(self, method: str, paths: list[str], connections: int, expected: str) -> Called:
        """Send all requests over this number of connections, and check every answer."""
        calls = Calls(self.port, connections, method, paths, self.key, expected)
        ran = subprocess.run(
            [sys.executable, "-m", "bench.caller"],
            input=msgspec.json.encode(calls),
            capture_output=True,
            check=False,
        )
        if ran.returncode:
            raise AssertionError(ran.stderr.decode())
        return msgspec.json.decode(ran.stdout, type=Called)

    def void(self, world: World, count: int, connections: int) -> Called:
        """Void new invoices, with one call each."""
        ids = [one for ids in world.invoices(count) for one in ids]
        with world.voiding(count):
            paths = [f"/api/v1/invoices/{one}/void" for one in ids]
            return self.call("POST", paths, connections, '"status":"voided"')

    def show(self, world: World, count: int, connections: int) -> Called:
        """Read new invoices, with one call each."""
        ids = [one for ids in world.invoices(count) for one in ids]
        paths = [f"/api/v1/invoices/{one}" for one in ids]
        return self.call("GET", paths, connections, '"status":"finalized"')

    def empty(self, count: int, connections: int) -> Called:
        """Call the route that does nothing."""
        return self.call("POST", ["/empty"] * count, connections, '"status":"voided"')


@contextmanager
def polaris(world: World, workers: int = 1) -> Iterator[Web]:
    """Run `polaris serve` on a database of the benchmark."""
    key = ApiKey.new()
    create_api_key(world.connection(), TENANT, new_id(), "bench", key, now())
    words = (POLARIS, "serve", "--database-url", world.url, "--workers", workers)
    with serving(words, "/readyz") as port:
        yield Web(port, key.whole)


@contextmanager
def nothing() -> Iterator[Web]:
    """Serve the route that does nothing, in the same way as Polaris."""
    words = (sys.executable, "-m", "uvicorn", "bench.empty:app", "--no-access-log")
    with serving(words, "/") as port:
        yield Web(port, "")


@contextmanager
def serving(words: tuple[object, ...], ready: str) -> Iterator[int]:
    """Run a server on a free port. Yield the port when the server answers."""
    port = free_port()
    program = subprocess.Popen(
        [*map(str, words), "--port", str(port)],
        env=os.environ | {"POLARIS_LOG_LEVEL": "error"},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(program, port, ready)
        yield port
    finally:
        program.terminate()
        program.wait()


def wait_for(program: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Wait until the server answers. Raises AssertionError if it ends first."""
    while program.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as asking:
                asking.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                if asking.recv(100).startswith(b"HTTP/1.1"):
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server ended before it answered")


def free_port() -> int:
    """Return a free port."""
    with closing(socket.socket()) as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])
