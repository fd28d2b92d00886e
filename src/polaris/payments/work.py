"""The work with payment providers that a job does for every tenant, every few seconds."""

import structlog

from polaris.encryption import Encryption, EncryptionKeyMalformed, NoEncryptionKey
from polaris.encryption import WrongEncryptionKey as WrongKey
from polaris.engine import Engine
from polaris.payments.accounts import connected_providers
from polaris.payments.pending import send_payments
from polaris.payments.refunds import send_refunds
from polaris.store.provider_accounts import tenants_with_accounts
from polaris.store.server.database import Database

log = structlog.get_logger()


def work_with_providers(database: Database, engine: Engine, encryption: Encryption) -> int:
    """Send what waits for a provider, and ask for what is not known yet, for every tenant.

    Return how many calls about refunds were made. A tenant whose secrets cannot be read is logged,
    and does not stop the work for the others.
    """
    with database.connect() as connection:
        tenants = tenants_with_accounts(connection)
    calls = 0
    for tenant_id in tenants:
        try:
            with database.connect() as connection:
                providers = connected_providers(connection, encryption, tenant_id)
        except (WrongKey, NoEncryptionKey, EncryptionKeyMalformed) as fault:
            log.error("provider_secrets_unreadable", tenant=tenant_id, fault=str(fault))
            continue
        send_payments(database, engine, tenant_id, providers)
        calls += len(send_refunds(database, engine, tenant_id, providers))
    return calls
