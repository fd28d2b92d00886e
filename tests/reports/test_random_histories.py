"""The proofs hold after random histories in the database, with dates behind and ahead.

The time zones are eleven hours behind UTC to fourteen ahead, and the books are closed and reopened.
"""

from collections import Counter

import pytest

from polaris.core.facts.tenant import Settings
from polaris.core.ledger.posting import Entry
from polaris.engine import Engine
from polaris.reports.ledger import PROOFS, misdated, verify
from polaris.store.server.database import EngineConnection
from properties.choices import Seeded
from properties.histories import History
from reports.stored_world import StoredWorld

STEPS = 50
SEEDS = range(16)

LOOKED_AT: Counter[str] = Counter()
"""How much each proof looked at in all histories."""


def violated(connection: EngineConnection, world: StoredWorld) -> list[tuple[str, object]]:
    """The proofs that do not hold, each with its violations."""
    report = verify(connection, world.tenant_id)
    LOOKED_AT.update({proof.name: proof.looked_at for proof in report.proofs})
    return [(proof.name, proof.violations) for proof in report.proofs if not proof.ok]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_proofs_hold_after_a_random_history(
    engine: Engine, connection: EngineConnection, seed: int
) -> None:
    """Before all invoices are voided, and afterwards."""

    def new_world(settings: Settings, timezone: str) -> StoredWorld:
        return StoredWorld(engine, connection, settings, timezone)

    connection.autocommit = True
    history = History(Seeded(seed), new_world)
    world = history.world
    assert isinstance(world, StoredWorld)
    for _ in range(STEPS):
        history.step()
    assert violated(connection, world) == []
    history.end()
    assert violated(connection, world) == []
    assert misdated(connection, world.tenant_id) == []
    assert len(world.all(Entry)) > 10


def test_every_proof_had_something_to_look_at() -> None:
    """A proof that found no rows proves nothing."""
    assert {name for name in PROOFS if not LOOKED_AT[name]} == set()
