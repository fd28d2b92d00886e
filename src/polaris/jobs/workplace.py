"""What jobs work with, as this installation is configured."""

from polaris.engine import Engine
from polaris.jobs.job import Workplace
from polaris.settings import Settings
from polaris.store.server.database import Database
from polaris.webhook_dialects import configured_sending


def configured_workplace(database: Database, settings: Settings) -> Workplace:
    """Return a workplace with an engine of its own. Raises EncryptionKeyMalformed."""
    return Workplace(
        database, Engine(database, connections=2), settings, configured_sending(settings)
    )
