"""Calls on what stands around invoices: customers, credit notes, audit log, settings, operators."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from polaris.core.commands import SaveTenant
from polaris.core.commands.text import ID
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Tenant
from polaris.core.refusals import NotFound
from polaris.core.scope import Scope
from polaris.dialects.polaris.errors import AdminError
from polaris.dialects.polaris.requests.call import Call, Paged, Reads, Writes
from polaris.dialects.polaris.responses import invoices as shown
from polaris.dialects.polaris.responses import outcomes, records
from polaris.operators.operator import list_operators
from polaris.store.read import tasks
from polaris.store.read.audit import audited_requests
from polaris.store.read.lists import CREDIT_NOTES, CUSTOMERS, page
from polaris.store.read.tasks import LONGEST_PAGE, TaskFilter

router = APIRouter(tags=["records"])


# ---------------------------------------------------------------- customers and credit notes


@router.get("/customers")
async def customers(
    call: Reads,
    paged: Paged,
    search: Annotated[str | None, Query(description="Part of a name, id or e-mail.")] = None,
) -> Response:
    """List customers, the newest first."""
    found = await call.read(
        page, CUSTOMERS, {"search_term": search or None}, paged.per_page, paged.offset
    )
    view = await call.view(Scope(customers=set(found.ids)))
    rows = [records.customer(view.the(Customer, one)) for one in found.ids]
    return outcomes.answer({"customers": rows, "total": found.total, "page": paged.page})


@router.get("/customer/{customer_id}")
async def customer(call: Reads, customer_id: str) -> Response:
    """Show a customer, with its newest credit notes."""
    if not ID.fullmatch(customer_id):
        raise NotFound(field="customer_id", id=customer_id)
    row = (await call.view(Scope(customers={customer_id}))).the(Customer, customer_id)
    filters = {"external_customer_id": row.external_id}
    notes = await found_notes(call, filters, offset=0)
    return outcomes.answer({**records.customer(row), "credit_notes": notes})


@router.get("/credit-notes")
async def credit_notes(
    call: Reads,
    paged: Paged,
    customer: Annotated[str | None, Query(description="The customer's external id.")] = None,
) -> Response:
    """List credit notes, the newest first."""
    filters = {"external_customer_id": customer or None}
    notes = await found_notes(call, filters, paged.offset, paged.per_page)
    return outcomes.answer({"credit_notes": notes, "page": paged.page})


async def found_notes(
    call: Call, filters: Mapping[str, str | None], offset: int, most: int = 50
) -> list[object]:
    """Return a page of credit notes as JSON."""
    found = await call.read(page, CREDIT_NOTES, filters, most, offset)
    view = await call.view(Scope(notes=set(found.ids)))
    return [shown.credit_note(view.the(CreditNote, one)) for one in found.ids]


# ---------------------------------------------------------------- tasks, audit log, and so on


@router.get("/tasks")
async def list_tasks(
    call: Reads,
    status: TaskFilter = TaskFilter.OPEN,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = LONGEST_PAGE,
    after: str | None = None,
) -> Response:
    """List tasks, the oldest first: what a person must look at.

    `next` is the value of `after` for the next page. Resolve a task with the command `ResolveTask`.
    """
    try:
        found = await call.read(tasks.tasks, status, limit, after)
    except tasks.UnknownTask as unknown:
        raise AdminError(404, "There is no task with the id in `after`.") from unknown
    return outcomes.tasks(found)


@router.get("/audit")
async def audit(
    call: Reads,
    paged: Paged,
    subject_id: Annotated[str | None, Query(description="The id of an invoice or so.")] = None,
) -> Response:
    """List the requests of the audit log, the newest first."""
    if subject_id is not None and not ID.fullmatch(subject_id):
        raise NotFound(field="subject_id", id=subject_id)
    lines = await call.read(
        audited_requests, subject_id=subject_id, limit=paged.per_page, offset=paged.offset
    )
    return outcomes.answer({"requests": lines, "page": paged.page})


@router.get("/settings")
async def settings(call: Reads) -> Response:
    """Show the tenant's settings by name."""
    return outcomes.answer({"settings": (await current_tenant(call)).settings})


@router.put("/settings")
async def save_settings(
    call: Writes, changes: Annotated[dict[str, Any], Body(description="Values by name.")]
) -> Response:
    """Change settings by name; the others stay."""
    command = SaveTenant(tenant_id=call.tenant_id, settings_changes=changes)
    call.check_role(command)
    await call.perform(command)
    return outcomes.answer({"settings": (await current_tenant(call)).settings})


@router.get("/operators")
async def operators(call: Reads) -> Response:
    """List the operators of the tenant with their roles; for administrators only."""
    if not call.principal.administrator:
        raise AdminError(403)
    found = await call.engine.read(list_operators, call.tenant_id)
    rows = [records.operator(row, call.tenant_id) for row in found]
    return outcomes.answer({"operators": rows})


async def current_tenant(call: Call) -> Tenant:
    """Return the tenant as the database has it now."""
    return (await call.view(Scope())).tenant
