"""The caller of a route, and functions that all routes need."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

import msgspec
from fastapi import Depends, Query, Request, Response

from polaris.api.access import Access, bearer, whole_key
from polaris.api.caller import Caller
from polaris.core.commands import Command
from polaris.core.facts.tenant import Tenant
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.highlevel.errors import HighLevelError, invalid, not_found, refused
from polaris.dialects.highlevel.requests.bodies import Location
from polaris.dialects.highlevel.responses.formats import ID_DIGITS, short_id
from polaris.dialects.highlevel.responses.invoices import ALT_TYPE
from polaris.dialects.highlevel.rules import HIGHLEVEL
from polaris.keys import KeyScope
from polaris.store.read.id_prefixes import invoice_with_prefix

SHORT_ID = re.compile(rf"[0-9a-f]{{{ID_DIGITS}}}")
MISSING = frozenset({"estimate", "schedule", "stats", "template", "text2pay"})
"""Paths of calls that Polaris does not have. They look like ids of invoices."""
VERSIONS = ("2021-07-28", "2023-02-21", "v3")
"""The versions of the vendor's API that its clients send. Their calls are the same."""


class Call(Caller):
    """The authenticated caller of a route."""

    dialect = HIGHLEVEL

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> HighLevelError:
        """Return the HighLevel error for a refused command."""
        return refused(command, refusals)

    def check_location(self, alt_id: str | None, alt_type: str | None) -> None:
        """Check that a call names the tenant of its key.

        Raises HighLevelError: 422 if a value is missing or unknown, 403 for another location.
        """
        wrong = [f"{name} is required" for name, value in _named(alt_id, alt_type) if not value]
        if alt_type and alt_type != ALT_TYPE:
            wrong.append(f"altType must be {ALT_TYPE}")
        if wrong:
            raise invalid(*wrong)
        if alt_id != short_id(self.tenant_id):
            raise HighLevelError(403, "The API key has no access to this location.")

    def check_body(self, body: Location) -> None:
        """Check that a body names the tenant of the key. Raises HighLevelError."""
        self.check_location(body.altId, body.altType)

    async def invoice_id(self, short: str) -> str:
        """Return the whole id of an invoice.

        Raises HighLevelError: 400 if there is none, 404 if the path is that of a missing call.
        """
        if short in MISSING:
            raise HighLevelError(404)
        if not SHORT_ID.fullmatch(short):
            raise not_found()
        found = await self.read(invoice_with_prefix, short)
        if found is None:
            raise not_found()
        return found

    async def invoice(self, invoice_id: str) -> View:
        """Load an invoice in any state, with everything that belongs to it."""
        return await self.view(Scope(invoices={invoice_id}, booked=False))


def _named(alt_id: str | None, alt_type: str | None) -> tuple[tuple[str, str | None], ...]:
    return ("altId", alt_id), ("altType", alt_type)


ACCESS = Access(
    caller=Call,
    authenticate=whole_key(bearer),
    unknown=lambda: HighLevelError(401),
    forbidden=lambda scope, _: HighLevelError(
        403, f"The API key lacks the scope `{scope}`, which this call needs."
    ),
    malformed=lambda: HighLevelError(400),
)


def may(scope: KeyScope) -> Callable[[Request], Awaitable[Call]]:
    """Return a dependency that returns the caller, if its key has the scope.

    The dependency raises HighLevelError, also for a missing or unknown `Version` header.
    """
    admitted = ACCESS.may(scope, "invoices")

    async def caller(request: Request) -> Call:
        call = await admitted(request)
        if request.headers.get("version") not in VERSIONS:
            call.reject_role()  # with the header, a repetition under the same key is another call
            known = ", ".join(VERSIONS)
            raise HighLevelError(400, f"Send the header Version with one of these: {known}.")
        return call

    return caller


AltId = Annotated[str | None, Query(alias="altId")]
AltType = Annotated[str | None, Query(alias="altType")]


def located(alt_id: AltId = None, alt_type: AltType = None) -> tuple[str | None, str | None]:
    """Return the location that the query names."""
    return alt_id, alt_type


Located = Annotated[tuple[str | None, str | None], Depends(located)]


def check_live(tenant: Tenant, live_mode: bool | None) -> None:
    """Check that a call is for the mode in which the tenant is. Raises HighLevelError 422."""
    if live_mode not in (None, tenant.settings.live_mode):
        right = str(tenant.settings.live_mode).lower()
        raise invalid(f"liveMode must be {right}: see the setting live_mode of the tenant")


def reply(value: object) -> Response:
    """Return a 200 answer."""
    return Response(msgspec.json.encode(value), media_type="application/json")
