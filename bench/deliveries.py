"""The speed of webhooks: a worker sends events to endpoints of this machine that answer at once."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]  # it ships no types
from cryptography.fernet import Fernet

from bench.web import POLARIS
from bench.world import TENANT, World
from polaris.core.commands import DeleteWebhookEndpoint, SaveWebhookEndpoint
from polaris.delivery.transport import Transport
from polaris.engine import new_id, request
from polaris.store.sql import statement

TYPE = "invoice.voided"
AT_ONCE = 10
"""How many webhooks are sent to one endpoint at the same time: the product's default."""

EVENTS = statement("""
insert into event (tenant_id, id, kind, at, command_id, position, customer_id, invoice_id, subject,
  subject_id, before, after)
select %(t)s, uuidv7(), 'invoice.voided', clock_timestamp(), uuidv7(), 1, uuidv7(), uuidv7(),
    'invoice', uuidv7(), v.image, v.image
  from generate_series(1, %(count)s),
       (select json_build_object('id', uuidv7(), 'status', 'voided', 'details', repeat('x', 700))
          as image) v
""")
DONE = statement("""
select count(*), max(extract(epoch from d.ended_at - v.at)) * 1000,
    percentile_cont(0.99) within group (order by extract(epoch from d.ended_at - v.at)) * 1000
  from webhook_delivery d
  join webhook w on w.tenant_id = %(t)s and w.id = d.webhook_id
  join event v on v.tenant_id = %(t)s and v.id = w.event_id
 where d.tenant_id = %(t)s and d.state = 'delivered' and v.kind = 'invoice.voided'
   and v.at >= %(since)s
""")
NOW = statement("select clock_timestamp()")


class Sent(NamedTuple):
    """What a worker has sent."""

    rate: float  # webhooks per second
    memory_mib: float  # of the worker, in the end
    lag_p99_ms: float  # from an event to the answer of the endpoint


class Mail:
    """A receiver, and a worker that sends to it."""

    def __init__(self, world: World) -> None:
        self._world, self._connection = world, world.connection()

    def send(self, events: int, endpoints: int) -> Sent:
        """Send events to this number of endpoints. The events are there before the worker."""
        with receiver() as port, self._endpoints(port, endpoints):
            since = self._now()
            EVENTS.run(self._connection, {"t": TENANT, "count": events})
            with worker(self._world.url) as program:
                self._wait(since, 1)  # it has started
                began = time.perf_counter()
                self._wait(since, events * endpoints)
                seconds = time.perf_counter() - began
                memory = psutil.Process(program.pid).memory_info().rss / 2**20
            return Sent(events * endpoints / seconds, memory, self._wait(since, 0))

    def lag_p99_ms(self, a_second: int, seconds: int) -> float:
        """Return the lag while this many events happen each second, to one endpoint."""
        with receiver() as port, self._endpoints(port, 1), worker(self._world.url):
            first = self._now()
            EVENTS.run(self._connection, {"t": TENANT, "count": 1})
            self._wait(first, 1)
            since = self._now()
            for _ in range(a_second * seconds):
                EVENTS.run(self._connection, {"t": TENANT, "count": 1})
                time.sleep(1 / a_second)
            return self._wait(since, a_second * seconds)

    def _wait(self, since: object, count: int) -> float:
        """Wait until this many webhooks have arrived. Return the 99th percentile of their lag."""
        while True:
            row: Any = DONE.run(self._connection, {"t": TENANT, "since": since}).fetchone()
            if row[0] >= count:
                return float(row[2] or 0)
            time.sleep(0.1)

    def _now(self) -> object:
        (at,) = NOW.run(self._connection, {}).fetchone() or (None,)
        return at

    @contextmanager
    def _endpoints(self, port: int, count: int) -> Iterator[None]:
        ids = [new_id() for _ in range(count)]
        self._perform(
            SaveWebhookEndpoint(
                webhook_endpoint_id=id_,
                url=f"http://127.0.0.1:{port}/{id_}",
                dialect="standard",
                signature="hmac",
                event_types=(TYPE,),
            )
            for id_ in ids
        )
        yield
        self._perform(DeleteWebhookEndpoint(webhook_endpoint_id=id_) for id_ in ids)

    def _perform(self, commands: Iterator[SaveWebhookEndpoint | DeleteWebhookEndpoint]) -> None:
        outcomes = self._world.engine.perform(TENANT, [request(one) for one in commands])
        assert all(outcome.done for outcome in outcomes)


@contextmanager
def receiver() -> Iterator[int]:
    """Run a receiver. Yield its port."""
    command = [sys.executable, "-m", "bench.receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        try:
            yield int(program.stdout.readline())
        finally:
            program.kill()


@contextmanager
def worker(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `polaris worker` on a database."""
    environment = {
        "POLARIS_LOG_LEVEL": "error",
        "POLARIS_ENCRYPTION_KEY": KEY,
        "POLARIS_WEBHOOKS_ALLOW_PRIVATE": "true",
        "POLARIS_WEBHOOKS_CONCURRENCY": str(AT_ONCE),
    }
    command = [str(POLARIS), "worker", "--database-url", url]
    with subprocess.Popen(command, env=os.environ | environment) as program:
        try:
            yield program
        finally:
            program.terminate()


KEY = Fernet.generate_key().decode()


def bare_rate(count: int) -> float:
    """Return how many bodies a second the same client sends to one receiver, without a database."""

    async def post_all(port: int) -> None:
        left = iter(range(count))
        url = f"http://127.0.0.1:{port}/"
        headers = {"Content-Type": "application/json"}

        async def post_some(transport: Transport) -> None:
            for _ in left:
                reply = await transport.post(url, headers, b"x" * 2000, 15)
                assert reply.status == 204

        async with Transport(allow_private=True) as transport:
            await asyncio.gather(*(post_some(transport) for _ in range(AT_ONCE)))

    with receiver() as port:
        began = time.perf_counter()
        asyncio.run(post_all(port))
        return count / (time.perf_counter() - began)
