"""Real HTTP servers that receive webhooks, and answer as a test tells them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Received(NamedTuple):
    """A request that arrived."""

    path: str
    headers: dict[str, str]  # by lower-case name
    body: bytes


class Answer(NamedTuple):
    """What the receiver answers."""

    status: int = 200
    body: bytes = b"ok"
    headers: tuple[tuple[str, str], ...] = ()
    before_seconds: float = 0.0  # it waits this long before it answers
    drip_seconds: float = 0.0  # it waits this long after each byte of the body
    repeat: int = 1  # it sends the body this many times
    reset: bool = False  # it closes the connection and answers nothing


class Receiver:
    """A receiver on a port of its own."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], Answer] = lambda _: Answer()
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/hooks", host: str = "127.0.0.1") -> str:
        """Return the URL of the receiver."""
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count the requests that are answered at the same time."""
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            with self._lock:
                self.at_once -= 1

    def keep(self, received: Received) -> None:
        """Remember a request."""
        with self._lock:
            self.received.append(received)


class _Server(ThreadingHTTPServer):
    receiver: Receiver
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: senders break off connections on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Receive a webhook."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        named = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.path, named, body)
        receiver = self.server.receiver
        with receiver.busy():
            answer = receiver.answer(received)
            receiver.keep(received)
            if answer.reset:
                self.close_connection = True
                return
            time.sleep(answer.before_seconds)
            self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) * answer.repeat))
        self.end_headers()
        if not answer.drip_seconds:
            for _ in range(answer.repeat):
                self.wfile.write(answer.body)
            return
        for byte in answer.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(answer.drip_seconds)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
