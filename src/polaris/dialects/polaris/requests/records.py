"""Calls on what stands around invoices: customers, credit notes, audit log, settings, operators."""

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
from polaris.dialects.polaris.requests.call import Call, Reads, Writes
from polaris.dialects.polaris.requests.windows import Windowed, place_text, readable_place, storable
from polaris.dialects.polaris.responses import invoices as shown
from polaris.dialects.polaris.responses import outcomes, records
from polaris.operators.operator import list_operators
from polaris.services.lists import customer_called, list_customers
from polaris.store.read import tasks
from polaris.store.read.audit_log import AuditSearch, audit_page
from polaris.store.read.keyset import Window, ids_of
from polaris.store.read.notes import NoteSearch, notes
from polaris.store.read.tasks import LONGEST_PAGE, TaskFilter

router = APIRouter(tags=["records"])


# ---------------------------------------------------------------- customers and credit notes


@router.get("/customers")
async def customers(
    call: Reads,
    window: Windowed,
    search: Annotated[str | None, Query(description="Part of a name, id or e-mail.")] = None,
) -> Response:
    """List customers, the newest first. `total` counts those on all pages."""
    with readable_place():
        found = await list_customers(call, storable("search", search), window)
    view = await call.view(Scope(customers=set(ids_of(found.page))))
    rows = [records.customer(view.the(Customer, row.id)) for row in found.page.rows]
    following = place_text(found.page.after)
    return outcomes.answer({"customers": rows, "total": found.total, "next": following})


@router.get("/customer/{customer_id}")
async def customer(call: Reads, customer_id: str) -> Response:
    """Show a customer, with its newest credit notes."""
    if not ID.fullmatch(customer_id):
        raise NotFound(field="customer_id", id=customer_id)
    row = (await call.view(Scope(customers={customer_id}))).the(Customer, customer_id)
    found = await found_notes(call, NoteSearch(customer_id=customer_id), Window())
    return outcomes.answer({**records.customer(row), "credit_notes": found["credit_notes"]})


@router.get("/credit-notes")
async def credit_notes(
    call: Reads,
    window: Windowed,
    customer: Annotated[str | None, Query(description="The customer's external id.")] = None,
) -> Response:
    """List credit notes, the newest first."""
    named = storable("customer", customer)
    customer_id = await customer_called(call, named) if named else None
    if named and customer_id is None:
        return outcomes.answer({"credit_notes": [], "next": None})
    return outcomes.answer(await found_notes(call, NoteSearch(customer_id=customer_id), window))


async def found_notes(call: Call, wanted: NoteSearch, window: Window) -> dict[str, object]:
    """Return a page of credit notes as JSON, and where the next page continues."""
    with readable_place():
        found = await call.read(notes, wanted, window)
    view = await call.view(Scope(notes=set(ids_of(found))))
    rows = [shown.credit_note(view.the(CreditNote, row.id)) for row in found.rows]
    return {"credit_notes": rows, "next": place_text(found.after)}


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
    window: Windowed,
    subject_id: Annotated[str | None, Query(description="The id of an invoice or so.")] = None,
) -> Response:
    """List the requests of the audit log, the newest first."""
    if subject_id is not None and not ID.fullmatch(subject_id):
        raise NotFound(field="subject_id", id=subject_id)
    with readable_place():
        found = await call.read(
            audit_page, AuditSearch(subject=subject_id, subject_id=subject_id), window
        )
    lines = [records.audited(line) for line in found.rows]
    return outcomes.answer({"requests": lines, "next": place_text(found.after)})


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
