"""What Polaris asks of a payment provider, and how a provider answers.

A provider's package turns its own words, errors and amounts into these answers. It raises nothing
for what a provider does or fails to do.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple, Protocol

from msgspec import Raw

from polaris.core.commands import UpdatePayment
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.store.refund_attempts import AttemptResult

WEBHOOK_PATH = "/providers/{provider}/{tenant}/webhook"
"""The path at which a provider tells its news to a tenant."""


class UnknownProvider(Exception):
    """Polaris knows no payment provider with this name."""


class ApiBaseMalformed(Exception):
    """The URL of the API is like https://api.example.com, without a path."""


class KeyMalformed(Exception):
    """The text is not a key of this provider. The message says what a key looks like."""


class RefundAnswer(NamedTuple):
    """What a provider answered about a refund. The amount is in minor units of Polaris."""

    result: AttemptResult  # reported, missing, not taken or unclear
    state: RefundState | None = None  # pending, settled or failed, if it was reported
    reference: str | None = None  # the provider's own id of the refund
    amount_minor: int | None = None  # None if the provider told no amount
    currency: str | None = None
    error: str | None = None  # why it failed, or what went wrong
    answer: Raw | None = None  # the provider's JSON, without secrets
    retry_after_seconds: int | None = None  # the provider wants no call before


class Provider(Protocol):
    """A service that moves money."""

    @property
    def key_window(self) -> timedelta:
        """For how long the provider remembers an idempotency key."""
        ...

    def refund_request(self, refund: Refund, payment: Payment) -> dict[str, object]:
        """Return what `send_refund` sends, to be stored. It contains no secret."""
        ...

    def send_refund(self, refund: Refund, payment: Payment) -> RefundAnswer:
        """Ask for money to be sent back. The refund's id is the idempotency key."""
        ...

    def find_refund(self, refund: Refund, payment: Payment) -> RefundAnswer:
        """Ask what has become of a refund. Nothing is sent."""
        ...

    def collect(self, payment: Payment) -> Iterable[UpdatePayment]:
        """Ask the customer for money. The first answer gives the provider's reference."""
        ...

    def cancel(self, payment: Payment) -> Iterable[UpdatePayment]:
        """Stop a pending payment, if that is still possible."""
        ...


Providers = Mapping[str, Provider]
"""Each provider by its name, which its payments carry."""
