"""A program that sends the due refunds of a tenant once; it is killed while the provider works.

Arguments: the database's URL, a tenant's id, the provider's URL. It prints `sending` first.
"""

import sys

from payments.shop import NOON, STRIPE
from polaris.engine import Engine
from polaris.logs import configure
from polaris.payments.refunds import send_refunds
from polaris.payments.stripe.provider import StripeProvider
from polaris.settings import Settings
from polaris.store.server.database import open_database


def run(database_url: str, tenant_id: str, provider_url: str) -> None:
    """Send the due refunds."""
    configure("error")
    provider = StripeProvider("rk_test_1234", provider_url, timeout_seconds=120)
    with open_database(Settings(database_url=database_url)) as database:
        engine = Engine(database, connections=1)
        print("sending", flush=True)
        send_refunds(database, engine, tenant_id, {STRIPE: provider}, lambda: NOON)
    print("end", flush=True)


if __name__ == "__main__":
    run(*sys.argv[1:])
