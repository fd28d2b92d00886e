"""Answers of the metadata routes of credit notes and wallets."""

from collections.abc import Mapping

from fastapi import Response

from polaris.dialects.lago.errors import LagoError, not_found
from polaris.dialects.lago.requests.call import reply


def answer(metadata: Mapping[str, object] | None) -> Response:
    """Return the answer with the metadata after a change."""
    return reply("metadata", metadata)


def missing() -> LagoError:
    """Return the 404 for a row without metadata."""
    return not_found("metadata")
