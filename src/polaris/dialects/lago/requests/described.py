"""Descriptions and errors added to the generated OpenAPI page."""

from polaris.api.idempotency import Idempotency
from polaris.api.openapi import Description
from polaris.dialects.lago.errors import TITLES

EXTENSIONS = frozenset(
    {
        "/invoices/{invoice_id}/regenerate",
        "/invoices/{invoice_id}/regenerate/preview",
    }
)
"""Paths that Lago's REST API does not have."""

ERRORS = {
    400: "The body is not JSON, or lacks its root key.",
    401: "The API key is missing, unknown or expired.",
    403: "The API key lacks the scope, or the action is not possible for this kind of invoice.",
    404: "The key's tenant has no such resource.",
    405: "The resource's state does not allow the action; `code` says why.",
    413: "The body is too large.",
    422: "A value is invalid; `error_details` has the codes by field.",
    503: "The database is not available, or the server is shutting down: try again later.",
}
SCHEMA = {
    "title": "Error",
    "type": "object",
    "required": ["status", "error"],
    "properties": {
        "status": {"type": "integer", "enum": sorted(TITLES)},
        "error": {"type": "string"},
        "code": {"type": "string"},
        "error_details": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
IDEMPOTENCY = Idempotency(header="Idempotency-Key", replay_header="Idempotent-Replayed")

DESCRIPTION = Description(
    errors=ERRORS,
    error_schema=SCHEMA,
    security={"type": "http", "scheme": "bearer"},
    extensions=EXTENSIONS,
    extension_note="An extension; Lago does not have it.",
    idempotency=IDEMPOTENCY,
)
