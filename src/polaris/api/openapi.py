"""The OpenAPI schema of a dialect: its routes, with the errors and names that it declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from polaris.api.idempotency import LONGEST_KEY, Idempotency

Json = dict[str, Any]

SECURITY = "key"
"""The name of the security scheme in the schema."""
FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
"""Error bodies that the framework describes, but that no dialect answers with."""
CHANGING = ("post", "put", "patch", "delete")

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a dialect declares about all its routes."""

    errors: Mapping[int, str]  # the meaning of each error status
    error_schema: Json
    media_type: str = "application/json"  # of errors
    security: Json  # an OpenAPI security scheme
    extensions: frozenset[str] = frozenset()  # paths that the vendor does not have
    extension_note: str = ""  # added to the description of extensions
    keyless: frozenset[str] = frozenset()  # paths that need no credential
    idempotency: Idempotency | None = None

    def page(self, app: FastAPI) -> Json:
        """Return the OpenAPI schema of an application. It is made once."""
        if app.openapi_schema is None:
            app.openapi_schema = self._made(app)
        return app.openapi_schema

    def _made(self, app: FastAPI) -> Json:
        page = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = page.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name in FRAMEWORK_SCHEMAS:
            schemas.pop(name, None)
        schemas["Error"] = self.error_schema
        components["securitySchemes"] = {SECURITY: self.security}
        page["security"] = [{SECURITY: []}]
        for path, methods in page["paths"].items():
            for method, operation in methods.items():
                self._describe(path, method, operation)
        return page

    def _describe(self, path: str, method: str, operation: Json) -> None:
        """Add to one route its operation id, errors, security and idempotency header."""
        operation["operationId"] = operation_name(method, path)
        if path in self.keyless:
            operation["security"] = []
        error = {self.media_type: {"schema": {"$ref": "#/components/schemas/Error"}}}
        for status, meaning in self.errors.items():
            operation["responses"][str(status)] = {"description": meaning, "content": error}
        if path in self.extensions:
            operation["x-polaris-extension"] = True
            operation["description"] = f"{operation['description']} {self.extension_note}"
        if self.idempotency is not None and method in CHANGING:
            operation.setdefault("parameters", []).append(key_parameter(self.idempotency))


def key_parameter(declared: Idempotency) -> Json:
    """Return the idempotency header as an OpenAPI parameter."""
    mark = f"{declared.replay_header}: {declared.replay_value}"
    return {
        "name": declared.header,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": LONGEST_KEY},
        "description": (
            "A unique text of the caller's choice. A request that is repeated with the same key is"
            f" done only once, and gets the first answer again, with `{mark}`."
        ),
    }


def operation_name(method: str, path: str) -> str:
    """Return the operation id. It depends only on the method and the path."""
    written = _PARAMETER.sub(r"by_\1", path).strip("/").replace("/", "_")
    return f"{method}_{written}"
