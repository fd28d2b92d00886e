"""The caller of a route, and functions that all routes need."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

import msgspec
from fastapi import Depends, Header, Query, Request, Response

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

    def check_location(self, alt_id: str, alt_type: str) -> None:
        """Check that a call names the tenant of its key.

        Raises HighLevelError: 422 for an unknown type, 403 for another location.
        """
        if alt_type != ALT_TYPE:
            raise invalid(f"altType must be {ALT_TYPE}")
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


ACCESS = Access(
    caller=Call,
    authenticate=whole_key(bearer),
    unknown=lambda: HighLevelError(401),
    forbidden=lambda scope, _: HighLevelError(
        403, f"The API key lacks the scope `{scope}`, which this call needs."
    ),
    malformed=lambda: HighLevelError(400),
)


Version = Annotated[
    str | None, Header(alias="Version", description=f"Required: {', '.join(VERSIONS)}.")
]


def may(scope: KeyScope) -> Callable[[Request, Version], Awaitable[Call]]:
    """Return a dependency that returns the caller, if its key has the scope.

    The dependency raises HighLevelError, also for a missing or unknown `Version` header.
    """
    admitted = ACCESS.may(scope, "invoices")

    async def caller(request: Request, version: Version = None) -> Call:
        call = await admitted(request)
        if version not in VERSIONS:
            call.reject_role()  # with the header, a repetition under the same key is another call
            known = ", ".join(VERSIONS)
            raise HighLevelError(400, f"Send the header Version with one of these: {known}.")
        return call

    return caller


AltId = Annotated[str, Query(alias="altId")]
AltType = Annotated[str, Query(alias="altType")]


def located(alt_id: AltId, alt_type: AltType) -> tuple[str, str]:
    """Return the location that the query names."""
    return alt_id, alt_type


Located = Annotated[tuple[str, str], Depends(located)]


def check_live(tenant: Tenant, live_mode: bool | None) -> None:
    """Check that a call is for the mode in which the tenant is. Raises HighLevelError 422."""
    if live_mode not in (None, tenant.settings.live_mode):
        right = str(tenant.settings.live_mode).lower()
        raise invalid(f"liveMode must be {right}: see the setting live_mode of the tenant")


def reply(value: object) -> Response:
    """Return a 200 answer."""
    return Response(msgspec.json.encode(value), media_type="application/json")
