"""The dialects of webhooks, and how this installation sends them."""

from polaris.delivery.sender import Sending
from polaris.dialects.highlevel import webhooks as highlevel
from polaris.dialects.lago import webhooks as lago
from polaris.dialects.polaris import webhooks as standard
from polaris.encryption import configured_encryption
from polaris.settings import Settings

DIALECTS = (standard.DIALECT, lago.DIALECT, highlevel.DIALECT)
WEBHOOK_DIALECTS = {dialect.name: dialect for dialect in DIALECTS}
"""Each dialect of webhooks by its name."""


def configured_sending(settings: Settings) -> Sending:
    """Return how webhooks are sent. Raises EncryptionKeyMalformed."""
    return Sending(
        dialects=WEBHOOK_DIALECTS,
        encryption=configured_encryption(settings),
        issuer=settings.public_url or f"http://{settings.host}:{settings.port}",
        allow_private=settings.webhooks_allow_private,
        per_endpoint=settings.webhooks_concurrency,
    )
