"""Tasks: what a person must look at, and the form to resolve each."""

from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.list_state import NOBODY, ListState
from polaris.console.rendering import render
from polaris.core.commands import ResolveTask
from polaris.core.facts.task import Task, TaskKind
from polaris.core.refusals import Refusal
from polaris.engine import new_id
from polaris.store.read.customers import customer_names
from polaris.store.read.invoices import numbers_of_invoices
from polaris.store.read.tasks import TaskFilter, UnknownTask, task, tasks

PATH = "/tasks"
PAGE_SIZE = 25
LONGEST_RESOLUTION = 1000

TITLES = {
    TaskKind.DOUBLE_RETURN: "The customer may have got the same money twice",
    TaskKind.REFUND_FAILED: "A refund failed at the payment provider",
    TaskKind.REFUND_UNKNOWN: "The payment provider gave no clear answer about a refund",
    TaskKind.REFUND_NOT_REQUESTED: "Money was refunded that nobody asked Polaris for",
    TaskKind.MONEY_HELD: "Money arrived for a voided invoice",
}
WAYS_OUT = {
    TaskKind.DOUBLE_RETURN: "Compare the refunds with the bank or the payment provider. If the "
    "money went out twice, ask the customer to pay it back, or set it against the next invoice.",
    TaskKind.REFUND_FAILED: "Send the money in another way and record the refund as settled, or "
    "convert it into a credit note. The task is then resolved by itself.",
    TaskKind.REFUND_UNKNOWN: "Polaris asks the provider again, and most of these tasks are soon "
    "resolved by themselves. If it stays open, look for the refund in the provider's dashboard, "
    "and record it as settled or as failed.",
    TaskKind.REFUND_NOT_REQUESTED: "Find out who made the refund. Then book it: with a credit note "
    "about the invoice that refunds the amount, and record that refund as settled.",
    TaskKind.MONEY_HELD: "Refund the money, give it as credit, or release it so that it can settle "
    "another invoice.",
}


class TaskForm(NamedTuple):
    """A form that was sent and not done: its task, its text, and the reasons."""

    task_id: str
    resolution: str
    refusals: tuple[Refusal, ...]


async def listed(visit: Visit) -> Response:
    """Show the open tasks, or the resolved ones."""
    return await _list(visit)


async def resolved(visit: Visit) -> Response:
    """Resolve a task, and show the list again."""
    task_id = visit.request.path_params["task"]
    await _task(visit, task_id)
    resolution = visit.text("resolution")
    try:
        await visit.caller.perform(ResolveTask(task_id=task_id, resolution=resolution))
    except CommandRefused as refused:
        return await _list(visit, TaskForm(task_id, resolution, refused.refusals))
    return RedirectResponse(PATH, 303)


async def _task(visit: Visit, task_id: str) -> Task:
    try:
        return await visit.caller.read(task, task_id)
    except UnknownTask as unknown:
        raise HTTPException(404) from unknown


async def _list(visit: Visit, sent: TaskForm | None = None) -> Response:
    state = ListState(PATH, visit.request.query_params, ("status", "after"))
    shown = state.choice("status", TaskFilter, TaskFilter.OPEN)
    after = None if state.id("after") == NOBODY else state.id("after")
    try:
        found = await visit.caller.read(tasks, shown, PAGE_SIZE, after)
    except UnknownTask as unknown:
        raise HTTPException(404) from unknown
    customers = {one.customer_id for one in found.tasks}
    invoices = {one.invoice_id for one in found.tasks if one.invoice_id}
    return render(
        visit,
        "tasks.html",
        block="list",
        status=422 if sent else 200,
        found=found,
        filters={one: state.url(status=one, after=None) for one in TaskFilter},
        shown=shown,
        next_page=state.url(after=found.next) if found.next else None,
        first_page=state.url(after=None) if after else None,
        names=await visit.caller.read(customer_names, customers),
        numbers=await visit.caller.read(numbers_of_invoices, invoices),
        titles=TITLES,
        ways_out=WAYS_OUT,
        sent=sent,
        new_id=new_id,
        longest=LONGEST_RESOLUTION,
    )


ROUTES = [page(PATH, listed), action(f"{PATH}/{{task}}/resolve", resolved)]
