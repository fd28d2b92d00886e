"""`polaris webhook listen`: a receiver that verifies and prints webhooks, to try them out."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from polaris.cli.answer import Stopped, say
from polaris.cli.webhook_endpoints import dialects
from polaris.delivery.dialect import WebhookDialect

LONGEST_BODY = 10_000_000
NOT_SHOWN = frozenset({"host", "connection", "content-length", "accept-encoding"})


def listen(
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="Port to listen on; 0: any.")
    ] = 9000,
    dialect: Annotated[
        str, typer.Option(metavar="DIALECT", help="Whose webhooks arrive.")
    ] = "standard",
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The secret of the endpoint, or a file with its public key. Without it, webhooks "
            "are printed but not verified.",
        ),
    ] = None,
    status: Annotated[
        int, typer.Option(min=200, max=599, metavar="STATUS", help="What to answer.")
    ] = 204,
) -> None:
    """Receive webhooks on this machine, verify them, and print them. Stop it with Ctrl+C."""
    known = dialects().get(dialect)
    if known is None:
        raise Stopped(f"The dialect {dialect} has no webhooks. Choose {', '.join(dialects())}.")
    secret = key_in(key) if key else None
    server = Receiver(port, status, lambda headers, body: show(known, secret, headers, body))
    say(f"Listening on {server.url}. Next: polaris webhook endpoint add {server.url}")
    say("The server must be started with POLARIS_WEBHOOKS_ALLOW_PRIVATE=true.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        server.server_close()


def key_in(key: str) -> str:
    """Return a secret as it is, and the contents of a file that has this name."""
    try:
        return Path(key).read_text() if Path(key).is_file() else key
    except (OSError, ValueError):  # a secret is no possible name of a file
        return key


def show(dialect: WebhookDialect, key: str | None, headers: Mapping[str, str], body: bytes) -> None:
    """Print one webhook: whether it can be trusted, its headers, and its body."""
    say(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M:%S} (UTC)", verdict(dialect, key, headers, body))
    for name, value in headers.items():
        if name not in NOT_SHOWN:
            say(Text(f"{name}: {value}", "dim"))
    say(pretty(body))


def verdict(
    dialect: WebhookDialect, key: str | None, headers: Mapping[str, str], body: bytes
) -> Text:
    """Return whether the webhook can be trusted."""
    if key is None:
        return Text("Not verified: give --key to verify it.", "yellow")
    reason = dialect.verify(headers, body, key)
    return Text(f"Not trusted: {reason}", "bold red") if reason else Text("Verified.", "green")


def pretty(body: bytes) -> str:
    """Return a JSON body on several lines, and another one as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")


class Receiver(ThreadingHTTPServer):
    """A server on this machine that hands over every body that is posted to it."""

    daemon_threads = True

    def __init__(
        self, port: int, status: int, receive: Callable[[Mapping[str, str], bytes], None]
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.status, self.receive = status, receive

    @property
    def url(self) -> str:
        """The URL at which it receives."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Receive a webhook."""
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.receive(headers, body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the webhooks are printed."""
