"""Pairs of the caller's own on a credit note or a wallet, as they are stored and answered."""

from collections.abc import Mapping

from fastapi import Response

from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.wallet import Wallet
from polaris.dialects.lago.errors import LagoError, not_found
from polaris.dialects.lago.requests.call import answered


def stored(row: CreditNote | Wallet) -> dict[str, object] | None:
    """The pairs that are kept with a row; None when there are none, not even empty ones."""
    kept = row.details.get("metadata")
    return kept if isinstance(kept, dict) else None


def metadata_of(row: CreditNote | Wallet) -> dict[str, object]:
    """The pairs that are kept with a row, perhaps no pair."""
    return stored(row) or {}


def answer(metadata: Mapping[str, object] | None) -> Response:
    """The answer of the routes that change metadata alone."""
    return answered("metadata", metadata)


def missing() -> LagoError:
    """The answer when there are no metadata, or none with this key."""
    return not_found("metadata")
