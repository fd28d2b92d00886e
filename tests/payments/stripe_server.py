"""A small HTTP server that speaks Stripe's JSON about refunds, and misbehaves on request.

It remembers idempotency keys like Stripe: the same key gives the first refund again, and an error
if the parameters differ. `script` has what the next calls do, in order:

- `cut`: the refund is made, then the connection is closed without an answer.
- `hang`: the refund is made, and no answer comes until `release` is called. `hang_first`: the same,
  but the refund is not made.
- `500`: the refund is made, the answer is an error. `503`: it is not made.
- `429`, `401`, `400`: it is not made.
- `pending`, `failed`: the refund is made with this status. `half`: with half of the amount.
"""

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

Body = dict[str, Any]

NOT_MADE = {
    "503": (503, "api_error", "down"),
    "429": (429, "rate_limit_error", "too many requests"),
    "401": (401, "invalid_request_error", "Invalid API Key provided: rk_test_secret1"),
    "400": (400, "invalid_request_error", "Charge ch_1 has already been refunded."),
}


class StripeServer:
    """The server, in a thread of its own."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.refunds: dict[str, Body] = {}
        self.keys: dict[str, tuple[Body, str]] = {}
        self.sent: list[str] = []  # the idempotency key of each request to send money
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._hangs = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answerer(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """The URL of the API."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def release(self) -> None:
        """Let the calls that hang go on."""
        self._released.set()

    def create(self, sent: Body, key: str) -> tuple[int, Body] | None:
        """Make a refund, or not. Return the answer; None to close the connection."""
        answer = self._create(sent, key)
        if self._hangs:
            self._released.wait()
        return answer

    def _create(self, sent: Body, key: str) -> tuple[int, Body] | None:
        with self._lock:
            self.sent.append(key)
            step = self.script.pop(0) if self.script else "succeeded"
            self._hangs = step.startswith("hang")
            if step in NOT_MADE:
                return _error(*NOT_MADE[step])
            if step == "hang_first":
                return None
            if key in self.keys and self.keys[key][0] != sent:
                return _error(400, "idempotency_error", "The key was used with other parameters.")
            if key not in self.keys:
                self.keys[key] = sent, self._made(sent, step)
            made = self.refunds[self.keys[key][1]]
        if step in ("cut", "hang"):
            return None
        return _error(500, "api_error", "unknown") if step == "500" else (200, made)

    def _made(self, sent: Body, step: str) -> str:
        amount = int(sent["amount"])
        made = refund_object(
            f"re_{next(self._numbers)}",
            amount // 2 if step == "half" else amount,
            status=step if step in ("pending", "failed") else "succeeded",
            payment_intent=sent.get("payment_intent"),
            charge=sent.get("charge", "ch_1"),
            metadata=sent.get("metadata", {}),
        )
        self.refunds[made["id"]] = made
        return str(made["id"])

    def read(self, path: str, query: Mapping[str, list[str]]) -> tuple[int, Body]:
        """Return one refund, or those of a payment."""
        with self._lock:
            step = self.script.pop(0) if self.script else ""
            if step in NOT_MADE:
                return _error(*NOT_MADE[step])
            if found := re.fullmatch(r"/v1/refunds/(\w+)", path):
                refund = self.refunds.get(found[1])
                return (200, refund) if refund else _error(404, "invalid_request_error", "none")
            named = ("payment_intent", "charge")
            wanted = {name: query[name][0] for name in named if name in query}
            rows = [row for row in self.refunds.values() if wanted.items() <= row.items()]
        return 200, {"object": "list", "url": "/v1/refunds", "has_more": False, "data": rows}


def refund_object(refund_id: str, amount: int, **fields: Any) -> Body:
    """Return a refund as Stripe writes it. The amount is in Stripe's units of EUR."""
    whole = {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "currency": "eur",
        "status": "succeeded",
        "charge": "ch_1",
        "payment_intent": None,
        "metadata": {},
        "created": 1780000000,
        "failure_reason": None,
    }
    return whole | fields


def _error(status: int, kind: str, message: str) -> tuple[int, Body]:
    return status, {"error": {"type": kind, "message": message}}


def _form(body: str) -> Body:
    """Return the fields of a form; `metadata[name]` becomes an object."""
    fields: Body = {}
    for name, value in parse_qsl(body):
        inner = re.fullmatch(r"(\w+)\[(\w+)\]", name)
        if inner:
            fields.setdefault(inner[1], {})[inner[2]] = value
        else:
            fields[name] = value
    return fields


def _answerer(server: StripeServer) -> type[BaseHTTPRequestHandler]:
    class Answerer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(server.create(_form(body), self.headers["Idempotency-Key"]))

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self._answer(server.read(url.path, parse_qs(url.query)))

        def _answer(self, answer: tuple[int, Body] | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            status, body = answer
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status == 429:
                self.send_header("Retry-After", "120")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Answerer
