"""Send the webhooks that are due, many at once, and record every attempt.

Work is found by its state, so several processes can send, and one that ends loses nothing: what it
had taken is due again when its lease ends. A receiver may therefore get a webhook twice, with the
same id. An endpoint has a limited number of attempts at a time, so a slow one delays no other.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

import psycopg
import structlog
import uuid_utils

from polaris.delivery.claims import Attempt, Claimed, DueEndpoint, claim, due_endpoints, record
from polaris.delivery.dialect import Connection, Message, Origin, Reply, SigningKey, WebhookDialect
from polaris.delivery.endpoint_keys import keys_of
from polaris.delivery.publish import Dialects, publish_pending
from polaris.delivery.transport import Transport
from polaris.encryption import Encryption, NoEncryptionKey, WrongEncryptionKey
from polaris.store.lookback import Lookback
from polaris.store.read import tenants
from polaris.store.server.data_directory import EmbeddedError
from polaris.store.server.database import Database, EngineConnection

log = structlog.get_logger()

T = TypeVar("T")

PURPOSES = ("finding", "recording")
"""A sender has a thread and a connection for each."""

IDLE_SECONDS = 0.5
"""The time between two rounds when nothing was due."""

PUBLISH_SECONDS = 0.25
"""The shortest time between two searches for new events."""

AHEAD = 5
"""How many rounds of attempts a process takes ahead for an endpoint."""

MOST_TAKEN = 2000
"""How many deliveries a process takes at the same time, for all endpoints together."""

STOP_SECONDS = 5.0
"""How long a process that is stopped waits for the attempts that run."""

SPARE_SECONDS = 30.0
"""How much longer a lease is than the attempts that it may have to wait for."""

NEVER = Reply(None, "The key that signs the webhook cannot be read.")


class Sending(NamedTuple):
    """How a process sends."""

    dialects: Dialects
    encryption: Encryption
    issuer: str
    allow_private: bool = False
    per_endpoint: int = 10
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Route(NamedTuple):
    """Where deliveries go, and how they are signed."""

    endpoint: DueEndpoint
    dialect: WebhookDialect
    origin: Origin
    keys: Sequence[SigningKey] | None  # None: they cannot be read


class Sender:
    """Publishes events and sends webhooks, round by round."""

    def __init__(self, database: Database, sending: Sending) -> None:
        self._database, self._sending = database, sending
        self._lookback = Lookback()
        self._connections: dict[str, EngineConnection] = {}
        self._taken: dict[str, int] = defaultdict(int)  # deliveries by endpoint
        self._slots: dict[str, asyncio.Semaphore] = {}  # for the attempts at an endpoint
        self._published_at = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: list[Attempt] = []
        self._wake = asyncio.Event()
        # Threads of its own: those of the event loop may all wait for name servers.
        self._threads = ThreadPoolExecutor(len(PURPOSES), "webhooks")

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set. Attempts that run then are ended and recorded."""
        async with Transport(self._sending.allow_private) as transport:
            recording = asyncio.create_task(self._record_until(stop))
            while not stop.is_set():
                begun = await self._begin_round(transport)
                if not begun:
                    await self._wait(IDLE_SECONDS)
            await self._end_all()
            await recording
        self._close()

    async def send_due(self) -> int:
        """Publish and send until nothing is due now. Return how many attempts were made."""
        made = 0
        async with Transport(self._sending.allow_private) as transport:
            while begun := await self._begin_round(transport):
                made += begun
                await asyncio.gather(*self._tasks)
                await self._record()
        self._close()
        return made

    # ------------------------------------------------------------ rounds

    async def _begin_round(self, transport: Transport) -> int:
        """Publish, take what is due, and begin the attempts. Return how many."""
        self._wake.clear()
        try:
            found = await self._in_thread(self._find)
        except (psycopg.Error, EmbeddedError) as fault:
            log.warning("webhooks_not_found", fault=str(fault))
            await self._in_thread(self._revive)
            await self._wait(IDLE_SECONDS)
            return 0
        for route, claimed in found:
            for delivery in claimed:
                self._begin(route.endpoint, self._attempt(transport, route, delivery))
        return sum(len(claimed) for _, claimed in found)

    async def _end_all(self) -> None:
        """Wait for the attempts that run. What takes longer is sent again after its lease."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    def _begin(self, endpoint: DueEndpoint, attempt: Coroutine[Any, Any, None]) -> None:
        self._taken[endpoint.id] += 1
        task = asyncio.create_task(attempt)
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._end(endpoint, task))

    def _end(self, endpoint: DueEndpoint, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._taken[endpoint.id] -= 1
        if self._room(endpoint.id):
            self._wake.set()
        if not task.cancelled() and (fault := task.exception()):
            log.error("attempt_broken", endpoint_id=endpoint.id, exc_info=fault)

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _find(self) -> list[tuple[Route, list[Claimed]]]:
        """Publish new events, and take due deliveries as far as there is room for them."""
        connection = self._connection(PURPOSES[0])
        now = self._sending.now()
        everyone = [tenant.id for tenant in tenants.tenants(connection)]
        if time.monotonic() - self._published_at >= PUBLISH_SECONDS:
            self._publish(connection, everyone, now)
        found = []
        for tenant_id in everyone:
            for endpoint in due_endpoints(connection, tenant_id, now):
                found += self._claim(connection, endpoint, now)
        return found

    def _publish(self, connection: Connection, tenant_ids: Sequence[str], now: datetime) -> None:
        since = self._lookback.since(now)
        for tenant_id in tenant_ids:
            try:
                publish_pending(connection, tenant_id, self._sending.dialects, since, now)
            except psycopg.OperationalError:
                raise
            except Exception:  # a mistake about one tenant must not stop the others
                log.error("tenant_not_published", tenant_id=tenant_id, exc_info=True)
        self._lookback.done(now)
        self._published_at = time.monotonic()

    def _room(self, endpoint_id: str) -> int:
        """Return how many deliveries to take for an endpoint: none while half of them are left."""
        ahead, taken = AHEAD * self._sending.per_endpoint, self._taken[endpoint_id]
        room = min(ahead - taken, MOST_TAKEN - len(self._tasks))
        return room if taken <= ahead // 2 and room > 0 else 0

    def _claim(
        self, connection: Connection, endpoint: DueEndpoint, now: datetime
    ) -> list[tuple[Route, list[Claimed]]]:
        dialect = self._sending.dialects.get(endpoint.dialect)
        room = self._room(endpoint.id)
        if dialect is None or not room:
            return []
        lease = timedelta(seconds=AHEAD * dialect.timeout_seconds + SPARE_SECONDS)
        with connection.transaction():
            claimed = claim(connection, endpoint, room, dialect.keeps_order, now, lease)
        if not claimed:
            return []
        tenant = tenants.tenant(connection, endpoint.tenant_id)
        origin = Origin(tenant.id, tenant.settings, tenant.details)
        return [(Route(endpoint, dialect, origin, self._keys(connection, endpoint, now)), claimed)]

    def _keys(
        self, connection: Connection, endpoint: DueEndpoint, now: datetime
    ) -> list[SigningKey] | None:
        dialect = self._sending.dialects[endpoint.dialect]
        signature = dialect.signature(endpoint.signature)
        named = (endpoint.tenant_id, endpoint.id, dialect, signature)
        try:
            return keys_of(connection, *named, self._sending.encryption, now)
        except (NoEncryptionKey, WrongEncryptionKey) as fault:
            log.error("webhook_key_unreadable", endpoint_id=endpoint.id, fault=str(fault))
            return None

    # ------------------------------------------------------------ one attempt

    async def _attempt(self, transport: Transport, route: Route, delivery: Claimed) -> None:
        limit = asyncio.Semaphore(self._sending.per_endpoint)
        async with self._slots.setdefault(route.endpoint.id, limit):
            await self._attempt_now(transport, route, delivery)

    async def _attempt_now(self, transport: Transport, route: Route, delivery: Claimed) -> None:
        started, clock = self._sending.now(), time.monotonic()
        reply = await self._exchange(transport, route, delivery, started)
        duration = time.monotonic() - clock
        ended = started + timedelta(seconds=duration)
        delivered = reply.status is not None and route.dialect.delivered(reply.status)
        attempt = Attempt(
            id=str(uuid_utils.uuid7()),
            tenant_id=route.endpoint.tenant_id,
            endpoint_id=route.endpoint.id,
            delivery_id=delivery.id,
            started_at=started,
            ended_at=ended,
            duration_ms=round(duration * 1000),
            status=reply.status,
            error=reply.error,
            response_body=reply.body or None,
            delivered=delivered,
            gone=reply.status in route.dialect.gone,
            due_at=None if delivered else next_attempt(route, delivery, reply, ended),
        )
        self._ended.append(attempt)

    async def _exchange(
        self, transport: Transport, route: Route, delivery: Claimed, at: datetime
    ) -> Reply:
        if route.keys is None:
            return NEVER
        message = Message(
            id=delivery.webhook_id,
            type=delivery.type,
            body=delivery.body,
            at=at,
            signature=route.dialect.signature(route.endpoint.signature),
            keys=route.keys,
            issuer=self._sending.issuer,
        )
        try:
            headers = route.dialect.headers(message)
        except Exception as fault:  # a mistake of a dialect is an attempt that failed
            log.error("webhook_not_signed", webhook_id=message.id, exc_info=True)
            return Reply(None, f"The webhook could not be signed: {type(fault).__name__}.")
        timeout = route.dialect.timeout_seconds
        return await transport.post(route.endpoint.url, headers, delivery.body, timeout)

    # ------------------------------------------------------------ records

    async def _record_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set() or self._tasks or self._ended:
            if self._ended:
                await self._record()
            await asyncio.sleep(0.02)

    async def _record(self) -> None:
        ended, self._ended = self._ended, []
        try:
            await self._in_thread(self._write, ended)
        except (psycopg.Error, EmbeddedError) as fault:
            log.warning("attempts_not_recorded", fault=str(fault))
            self._ended = ended + self._ended  # to be recorded again
            await self._in_thread(self._revive)
            await asyncio.sleep(IDLE_SECONDS)

    def _write(self, ended: Sequence[Attempt]) -> None:
        by_tenant: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in ended:
            by_tenant[attempt.tenant_id].append(attempt)
        connection = self._connection(PURPOSES[1])
        for tenant_id, attempts in by_tenant.items():
            record(connection, tenant_id, attempts)

    # ------------------------------------------------------------ connections

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(work, *arguments))

    def _connection(self, purpose: str) -> EngineConnection:
        if purpose not in self._connections:
            connection = self._database.connect()
            connection.autocommit = True
            self._connections[purpose] = connection
        return self._connections[purpose]

    def _revive(self) -> None:
        self._leave()
        try:
            self._database.ensure()
        except (psycopg.Error, EmbeddedError) as fault:
            log.warning("database_away", fault=str(fault))

    def _close(self) -> None:
        self._leave()
        self._threads.shutdown()

    def _leave(self) -> None:
        while self._connections:
            self._connections.popitem()[1].close()


def next_attempt(route: Route, delivery: Claimed, reply: Reply, at: datetime) -> datetime | None:
    """Return when to try again after a failure, or None. An endpoint may ask for a later time."""
    failures = delivery.failures + 1
    delay = route.dialect.delay_seconds(failures, reply, random.random(), route.origin)
    if delay is None or reply.status in route.dialect.gone:
        return None
    return at + timedelta(seconds=max(delay, reply.retry_after_seconds or 0))
