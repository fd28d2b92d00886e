"""`polaris task`: what a person must look at."""

from typing import Annotated

import typer

from polaris.cli import tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, open_session
from polaris.core.commands import ResolveTask
from polaris.core.facts.task import Task
from polaris.store.read import tasks
from polaris.store.read.tasks import LONGEST_PAGE, TaskFilter, UnknownTask

group = typer.Typer(help="List, show and resolve tasks: what a person must look at.")

Named = Annotated[str, typer.Argument(metavar="TASK", help="Id of the task.")]


@group.command("list")
def list_(
    tenant: TenantId = None,
    status: Annotated[TaskFilter, typer.Option(help="Which tasks to list.")] = TaskFilter.OPEN,
    limit: Annotated[
        int,
        typer.Option(
            min=1,
            max=LONGEST_PAGE,
            metavar="N",
            help=f"Largest number of tasks to list, at most {LONGEST_PAGE}.",
        ),
    ] = 20,
    after: Annotated[
        str | None, typer.Option(metavar="TASK", help="List the tasks after the one with this id.")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List tasks, the oldest first."""
    with open_session(tenant, data_dir, database_url) as session:
        try:
            page = tasks.tasks(session.connection, session.tenant.id, status, limit, after)
        except UnknownTask as unknown:
            raise no_such_task(after or "") from unknown
    if as_json:
        document(page)
        return
    say(tables.tasks(page.tasks) if page.tasks else "There are no such tasks.")
    if page.next:
        say(f"There are more. List them with --after {page.next}.")


@group.command("show")
def show_(
    task: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show a task: what it is about, and how it was resolved."""
    with open_session(tenant, data_dir, database_url) as session:
        found = find(session, task)
    print_task(found, as_json)


@group.command()
def resolve(
    task: Named,
    resolution: Annotated[
        str, typer.Argument(metavar="TEXT", help="What was found or done, in a few words.")
    ],
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Resolve a task. It stays listed with --status resolved, with your name and the text."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(ResolveTask(task_id=task, resolution=resolution))
        found = find(session, task)
    print_task(found, as_json)


def find(session: Session, task_id: str) -> Task:
    """Return the task with this id. Raises Stopped."""
    try:
        return tasks.task(session.connection, session.tenant.id, task_id)
    except UnknownTask as unknown:
        raise no_such_task(task_id) from unknown


def no_such_task(task_id: str) -> Stopped:
    """Return the error for an id that no task has."""
    return Stopped(f"No task {task_id}. List the tasks with `polaris task list --status all`.")


def print_task(task: Task, as_json: bool) -> None:
    """Print one task."""
    if as_json:
        document(task)
    else:
        say(tables.task(task))
