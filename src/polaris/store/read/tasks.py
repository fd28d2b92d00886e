"""Tasks of a tenant: pages of them, and a single one."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from polaris.core.commands.text import ID
from polaris.core.facts.task import Task
from polaris.store.read.rows import Connection, rows_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/tasks.sql")
LONGEST_PAGE = 100


class TaskFilter(StrEnum):
    """Which tasks to list."""

    OPEN = "open"
    RESOLVED = "resolved"
    ALL = "all"


_SELECTS = {
    TaskFilter.OPEN: "tasks_open_after",
    TaskFilter.RESOLVED: "tasks_resolved_after",
    TaskFilter.ALL: "tasks_after",
}


class TaskPage(NamedTuple):
    """A page of tasks, the oldest first. `next` is the id to list after; None on the last page."""

    tasks: list[Task]
    next: str | None


class UnknownTask(LookupError):
    """The tenant has no task with this id."""


def tasks(
    connection: Connection,
    tenant_id: str,
    status: TaskFilter = TaskFilter.OPEN,
    limit: int = LONGEST_PAGE,
    after: str | None = None,
) -> TaskPage:
    """Return at most `limit` tasks, beginning after the task with the id `after`.

    A page stays correct while tasks are opened or resolved. Raises UnknownTask.
    """
    last = task(connection, tenant_id, after) if after else None
    length = min(limit, LONGEST_PAGE)
    values = {
        "t": tenant_id,
        "after_at": last and last.opened_at,
        "after_id": last and last.id,
        "limit": length + 1,  # one more, to know whether there is another page
    }
    found = rows_found(connection, Task, BLOCKS[_SELECTS[status]], values)
    page = sorted(found, key=_position)[:length]
    return TaskPage(page, page[-1].id if len(found) > length else None)


def task(connection: Connection, tenant_id: str, task_id: str) -> Task:
    """Return the task with this id. Raises UnknownTask."""
    if ID.fullmatch(task_id):
        values = {"t": tenant_id, "id": task_id}
        for found in rows_found(connection, Task, BLOCKS["task_with_id"], values):
            return found
    raise UnknownTask(task_id)


def _position(listed: Task) -> tuple[datetime, str]:
    return listed.opened_at, listed.id
