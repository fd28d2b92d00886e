"""A tenant with empty books, and the import of the sample."""

from pathlib import Path

import msgspec

from polaris.core.facts.tenant import Settings
from polaris.engine import Engine, new_id, now
from polaris.imports import online_retail
from polaris.imports.progress import Progress
from polaris.imports.report import Report
from polaris.settings import Settings as Environment
from polaris.store.engine.write import create_tenant
from polaris.store.server.database import Database, open_database

SAMPLE = Path(__file__).with_name("sample.csv")


def opened(url: str) -> Database:
    """Open the database at this URL."""
    return open_database(Environment(database_url=url))


def shop(database: Database) -> str:
    """Create a tenant. Return its id."""
    tenant_id = new_id()
    with database.connect() as connection:
        create_tenant(connection, tenant_id, "Shop", "GBP", "Europe/London", Settings(), now())
    return tenant_id


def imported(
    database: Database, tenant_id: str, file: Path = SAMPLE, progress: Progress | None = None
) -> Report:
    """Import a file. Return the report."""
    return online_retail.run(Engine(database, 1), database, tenant_id, file, progress)


def timeless(report: Report) -> Report:
    """Return the report with its duration set to zero."""
    return msgspec.structs.replace(report, seconds=0.0)
