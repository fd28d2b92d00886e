"""A world whose commands go through the engine. Its facts are what the engine stored."""

from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import asdict, replace

from core.world import NOON, World
from polaris.core.commands import Command
from polaris.core.commands.text import ID
from polaris.core.decision import Decision
from polaris.core.facts.audit import AuditLine, CommandRecord
from polaris.core.facts.event import Event
from polaris.core.facts.tenant import Account, Settings
from polaris.core.fold import Request
from polaris.core.lifecycle import POLARIS, Refused
from polaris.core.scope import Scope
from polaris.core.transition import Dialect
from polaris.engine import Engine, new_id
from polaris.store.engine.load import load
from polaris.store.engine.write import create_tenant, write
from polaris.store.server.database import EngineConnection
from store.twice import stored

UNSHOWN = (Event, AuditLine, CommandRecord)
"""Rows that no decision reads."""


class StoredWorld(World):
    """A tenant in the database. Names in its commands stand for ids."""

    def __init__(
        self,
        engine: Engine,
        connection: EngineConnection,
        settings: Settings,
        timezone: str,
    ) -> None:
        super().__init__(settings, timezone)
        self.engine = engine
        self.tenant_id = new_id()
        own = [Account(id="BANK", kind="asset"), Account(id="RENT", kind="income")]
        create_tenant(connection, self.tenant_id, "Stored", "EUR", timezone, settings, NOON)
        write(connection, self.tenant_id, own)
        connection.commit()
        everything = Scope(series={"invoice", "note", "customer"})
        self.facts = load(connection, self.tenant_id, everything).facts
        self.facts.add(own)
        connection.rollback()

    def perform(
        self, command: Command, administrator: bool = False, dialect: Dialect = POLARIS
    ) -> Decision:
        """Perform a command, and take in the stored rows. Raises Refused."""
        asked = Request(
            id=new_id(),
            command=self.with_ids(command),
            at=self.at,
            administrator=administrator,
            dialect=dialect,
            with_effects=True,  # they may need more rows than the decision
        )
        [outcome] = self.engine.perform(self.tenant_id, [asked])
        assert outcome.fault is None, (command, outcome.fault)
        if outcome.refusals:
            raise Refused(outcome.refusals)
        self.facts.add(stored(row) for row in outcome.rows if not isinstance(row, UNSHOWN))
        self.events += outcome.events
        return self.decision()

    def with_ids(self, command: Command) -> Command:
        """Return the command with an id for every name."""
        named = self._with_ids(command, "")
        assert isinstance(named, Command)
        return named

    def _with_ids(self, value: object, field: str) -> object:
        if isinstance(value, Struct):
            names = {name: self._with_ids(part, name) for name, part in asdict(value).items()}
            return replace(value, **names)
        if isinstance(value, tuple):
            return tuple(self._with_ids(part, field) for part in value)
        if isinstance(value, dict) and field == "apply_to":
            return {self._with_ids(name, "invoice_id"): part for name, part in value.items()}
        is_id = field == "id" or (field.endswith("_id") and field != "external_id")
        if isinstance(value, str) and is_id:
            return self._id_of(value)
        return value

    def _id_of(self, name: str) -> str:
        if name == "tenant":
            return self.tenant_id
        return name if ID.fullmatch(name) else str(uuid5(UUID(self.tenant_id), name))
