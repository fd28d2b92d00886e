"""Pairs of the caller's own on a credit note or a wallet: replaced, added to, forgotten."""

from pydantic import BaseModel

from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.wallet import Wallet
from polaris.dialects.lago.errors import not_found
from polaris.dialects.lago.requests.call import Text

Metadata = dict[Text, Text | None]


class MetadataBody(BaseModel):
    """Metadata, under their root."""

    metadata: Metadata


def metadata_of(row: CreditNote | Wallet) -> Metadata:
    """What is kept with it; empty when nothing is."""
    return row.metadata or {}


def without(row: CreditNote | Wallet, key: str) -> Metadata:
    """What is kept with it but for one. Raises LagoError."""
    kept = metadata_of(row)
    if key not in kept:
        raise not_found("metadata")
    return {name: value for name, value in kept.items() if name != key}


def must_be_kept(row: CreditNote | Wallet) -> None:
    """Raise LagoError when there are no metadata, not even empty ones."""
    if row.metadata is None:
        raise not_found("metadata")
