"""The callers of the admin API: one answers as the engine does, one as the calls on an invoice."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request

from polaris.api.access import Access, bearer
from polaris.api.answers import Failure
from polaris.api.caller import Caller
from polaris.api.principal import Principal
from polaris.core.commands import Command
from polaris.core.effects import Effects
from polaris.core.refusals import Refusal
from polaris.dialects.polaris.errors import (
    UNAUTHORIZED,
    AdminError,
    InvoiceError,
    refused,
    refused_invoice,
)
from polaris.dialects.polaris.requests.roles import has_role, may_perform
from polaris.dialects.polaris.rules import POLARIS
from polaris.keys import KeyScope
from polaris.operators import sessions
from polaris.operators.roles import Role
from polaris.services.invoices import Expectation
from polaris.serving.async_engine import AsyncEngine


class Call(Caller):
    """The authenticated caller of a route."""

    dialect = POLARIS

    def check_role(self, command: Command) -> None:
        """Check that the operator's role allows the command. Raises AdminError 403."""
        if not may_perform(self.principal, command):
            self.reject_role()
            raise AdminError(403)

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> Failure:
        """Return the answer to a refused command."""
        return refused(command, refusals)


class InvoiceCall(Call):
    """The authenticated caller of a route about one invoice."""

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> Failure:
        """Return the answer to a refused command: its `error` is a text."""
        return refused_invoice(command, refusals)


async def authenticate(request: Request, engine: AsyncEngine) -> Principal | None:
    """Return the API key of the request, or else the operator who is signed in by cookie.

    A cookie counts for a change only with the CSRF token of its session in `X-CSRF-Token`.
    """
    if "authorization" in request.headers:
        return await engine.key(bearer(request))
    return await sessions.authenticate(request, engine)


ACCESS = Access(
    caller=Call,
    authenticate=authenticate,
    unknown=lambda: AdminError(401),
    forbidden=lambda scope, resource: AdminError(403),
    malformed=lambda: AdminError(400),
)

INVOICE_ACCESS = Access(
    caller=InvoiceCall,
    authenticate=authenticate,
    unknown=lambda: InvoiceError(401, UNAUTHORIZED),
    forbidden=lambda scope, resource: InvoiceError(403, "Forbidden"),
    malformed=lambda: AdminError(400),
)

Reads = Annotated[Call, Depends(ACCESS.may(KeyScope.READ, "command"))]
Writes = Annotated[Call, Depends(ACCESS.may(KeyScope.WRITE, "command"))]
InvoiceReads = Annotated[InvoiceCall, Depends(INVOICE_ACCESS.may(KeyScope.READ, "invoice"))]
InvoiceWrites = Annotated[InvoiceCall, Depends(INVOICE_ACCESS.may(KeyScope.WRITE, "invoice"))]


async def administrator(call: Writes) -> Call:
    """Return the caller. Raises AdminError 403 if an operator lacks the role `admin`."""
    if not has_role(call.principal, Role.ADMIN):
        call.reject_role()
        raise AdminError(403)
    return call


Administers = Annotated[Call, Depends(administrator)]


def expectation(expect: object, expected: Any) -> Expectation:
    """Return the outcome that the caller agrees to. Raises AdminError 422 naming a bad field."""
    if expect is not None and not isinstance(expect, str):
        raise AdminError(422, "The value of `expect` cannot be read: it must be a fingerprint.")
    if expected is None:
        return Expectation(expect)
    try:
        return Expectation(expect, msgspec.convert(expected, Effects))
    except msgspec.ValidationError as wrong:
        raise AdminError(422, f"The value of `expected` cannot be read: {wrong}.") from wrong
