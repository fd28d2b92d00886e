"""A program that finalizes and voids on a data directory until it is killed.

Arguments: the data directory, a tenant's id, and a file of draft ids. It prints each request's
id once it was acknowledged.
"""

import sys
from pathlib import Path

from polaris.core import commands
from polaris.engine import Engine, request
from polaris.logs import configure
from polaris.settings import Settings
from polaris.store.server.database import open_database


def run(data_dir: Path, tenant_id: str, ids: list[str]) -> None:
    """Finalize each draft and void every other one, in sets of ten."""
    configure("warning")
    with open_database(Settings(data_dir=data_dir)) as database:
        engine = Engine(database)
        for start in range(0, len(ids), 10):
            chosen = ids[start : start + 10]
            asked = [request(commands.FinalizeInvoice(invoice_id=x)) for x in chosen]
            asked += [request(commands.VoidInvoice(invoice_id=x)) for x in chosen[::2]]
            for outcome in engine.perform(tenant_id, asked):
                assert outcome.done, outcome
                print(outcome.request_id, flush=True)
    print("end", flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_text().split())
