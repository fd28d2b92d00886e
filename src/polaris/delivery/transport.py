"""Send one webhook over HTTP: no redirects, a time limit for the whole exchange, a short answer."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

import httpcore

from polaris import __version__
from polaris.delivery.addresses import AddressRefused, GuardedNetwork
from polaris.delivery.dialect import Reply

LONGEST_ANSWER = 4096
"""How many bytes of an answer are kept. The rest is not read."""

LONGEST_WAIT_SECONDS = 24 * 3600.0
"""The longest time that an endpoint can ask for with `Retry-After`."""


class Transport:
    """Connections to endpoints, shared by the attempts that run at the same time.

    Each URL has a pool of its own: a pool looks at all its connections for each request. It is
    closed when no attempt uses it.
    """

    def __init__(self, allow_private: bool = False) -> None:
        self._ssl_context = ssl.create_default_context()
        self._network = GuardedNetwork(allow_private)
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}
        self._uses: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> Reply:
        """Send a body, and return how it ended. Failures of the network are replies, too."""
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._exchange(url, headers, body)
        except TimeoutError:
            return Reply(None, f"There was no whole answer within {timeout_seconds:g} seconds.")
        except AddressRefused as fault:
            return Reply(None, str(fault))
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as fault:
            return Reply(None, f"{type(fault).__name__}: {fault}".rstrip(": "))
        except (OSError, ValueError) as fault:  # a certificate that does not fit, a malformed URL
            return Reply(None, f"{type(fault).__name__}: {fault}".rstrip(": "))

    async def _exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        sent = [("User-Agent", f"Polaris/{__version__}"), *headers.items()]
        async with (
            self._pool(url) as pool,
            pool.stream("POST", url, headers=sent, content=body) as answer,
        ):
            answered = bytearray()
            async for piece in answer.aiter_stream():
                answered += piece
                if len(answered) > LONGEST_ANSWER:
                    break
        text = bytes(answered[:LONGEST_ANSWER]).decode("utf-8", "replace").replace("\0", "\ufffd")
        return Reply(answer.status, None, text, _retry_after(answer))

    @asynccontextmanager
    async def _pool(self, url: str) -> AsyncIterator[httpcore.AsyncConnectionPool]:
        if url not in self._pools:
            self._pools[url] = httpcore.AsyncConnectionPool(
                ssl_context=self._ssl_context,
                max_connections=None,
                network_backend=self._network,
            )
        self._uses[url] += 1
        try:
            yield self._pools[url]
        finally:
            self._uses[url] -= 1
            if not self._uses[url]:
                del self._uses[url]
                await self._pools.pop(url).aclose()


def _retry_after(answer: httpcore.Response) -> float | None:
    """Return the seconds of a `Retry-After` header, or None without a valid one."""
    named = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
    text = named.get(b"retry-after", "").strip()
    if text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT_SECONDS)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), LONGEST_WAIT_SECONDS)
