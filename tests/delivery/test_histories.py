"""After random histories, every event has arrived exactly once per endpoint, or visibly failed."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from core.world import NOON
from delivery.mail import Mail
from delivery.receivers import Answer, Received, Receiver
from faults.world import opened
from polaris.core.facts.tenant import Settings
from polaris.delivery.dialect import WebhookDialect
from polaris.dialects.lago.webhooks import DIALECT as LAGO
from polaris.dialects.polaris.webhooks import DIALECT as STANDARD
from polaris.engine import Engine
from polaris.store.server.database import Database
from properties.choices import Seeded
from properties.histories import History
from reports.stored_world import StoredWorld

ID_OF = {"standard": "webhook-id", "lago": "x-lago-unique-key"}


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.mark.parametrize("dialect", [STANDARD, LAGO], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("seed", range(3))
def test_every_event_arrives_once_or_fails_visibly(
    database: Database, receiver: Receiver, seed: int, dialect: WebhookDialect
) -> None:
    mail = Mail(database, Engine(database, connections=2), dialect)
    accepted: Counter[str] = Counter()
    dice = random.Random(seed)

    def answer(received: Received) -> Answer:
        if dice.random() < 0.2:
            return Answer(500)
        accepted[received.headers[ID_OF[dialect.name]]] += 1
        return Answer(200)

    receiver.answer = answer
    play(database, mail, receiver.url(), seed)
    while any(one.state == "waiting" for one in mail.deliveries()) or not mail.deliveries():
        mail.send()
        mail.wait(days=1.5)
    states = {one.webhook_id: one.state for one in mail.deliveries()}
    assert set(states.values()) <= {"delivered", "failed"}
    assert accepted == Counter(id_ for id_, state in states.items() if state == "delivered")
    assert mail.rows("select count(*) from webhook where tenant_id = %(t)s and fault <> ''") == [
        (0,)
    ]
    [(events, published)] = mail.rows(
        "select (select count(*) from event where tenant_id = %(t)s),"
        " (select count(*) from published_event where tenant_id = %(t)s)"
    )
    assert events == published > 40
    if dialect is STANDARD:
        assert len(states) == events


def play(database: Database, mail: Mail, url: str, seed: int) -> None:
    """Play a history of a new tenant with an endpoint. Other endpoints come and go, too."""
    with database.connect() as connection:
        connection.autocommit = True

        def new_world(settings: Settings, timezone: str) -> StoredWorld:
            world = StoredWorld(mail.engine, connection, settings, timezone)
            mail.tenant_id = world.tenant_id
            mail.endpoint(url, at=NOON)
            return world

        history = History(Seeded(seed), new_world)
        for _ in range(40):
            history.step()
        history.end()
