"""What the OpenAPI page says beyond what the routes say of themselves."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from polaris.dialects.lago.errors import TITLES

KEY = "key"
EXTENSIONS = frozenset(
    {
        "/invoices/{invoice_id}/regenerate",
        "/invoices/{invoice_id}/regenerate/preview",
        "/files/{token}",
    }
)
"""What Lago's REST API has not."""
KEYLESS = frozenset({"/files/{token}"})

ERRORS = {
    400: "The body is no JSON, or has not its root key.",
    401: "No key, or none that is known and still valid.",
    403: "The key was not made for this, or the invoice is of another kind.",
    404: "There is no such thing for this key.",
    405: "Its state does not allow it; the code says why.",
    413: "The body is too large.",
    422: "A value cannot be taken; `error_details` has the codes by field.",
    503: "The database is away, or the server shuts down: try again later.",
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
PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")

Json = dict[str, Any]


def described(app: FastAPI) -> Json:
    """The whole description, made once."""
    if app.openapi_schema is None:
        page = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = page.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for framework in ("HTTPValidationError", "ValidationError"):  # we answer none of these
            schemas.pop(framework, None)
        schemas["Error"] = SCHEMA
        components["securitySchemes"] = {KEY: {"type": "http", "scheme": "bearer"}}
        page["security"] = [{KEY: []}]
        for path, methods in page["paths"].items():
            for method, operation in methods.items():
                _describe(path, method, operation)
        app.openapi_schema = page
    return app.openapi_schema


def _describe(path: str, method: str, operation: Json) -> None:
    """One route: its name, its errors, whether it is ours alone."""
    operation["operationId"] = name(method, path)
    responses = operation["responses"]
    if path in KEYLESS:
        operation["security"] = []
        responses["200"] = {"description": "The file.", "content": PDF}
    for status, meaning in ERRORS.items():
        responses[str(status)] = {
            "description": meaning,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    if path in EXTENSIONS:
        operation["x-polaris-extension"] = True
        operation["description"] = f"{operation['description']} An extension; Lago has it not."


def name(method: str, path: str) -> str:
    """What an operation is called for as long as its path stands."""
    said = _PARAMETER.sub(r"by_\1", path).strip("/").replace("/", "_")
    return f"{method}_{said}"
