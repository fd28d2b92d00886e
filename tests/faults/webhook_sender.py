"""A program that publishes and sends webhooks until it is killed."""

import asyncio
import sys

from polaris.delivery.sender import Sender, Sending
from polaris.dialects.polaris.webhooks import DIALECT
from polaris.encryption import Encryption
from polaris.settings import Settings
from polaris.store.server.database import open_database


def main(url: str, key: str) -> None:
    """Send until the process ends."""
    with open_database(Settings(database_url=url)) as database:
        sending = Sending(
            dialects={DIALECT.name: DIALECT},
            encryption=Encryption((key,)),
            issuer="https://polaris.example",
            allow_private=True,
        )
        asyncio.run(Sender(database, sending).run(asyncio.Event()))


if __name__ == "__main__":
    main(*sys.argv[1:])
