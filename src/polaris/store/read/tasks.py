"""Tasks of a tenant: pages of them, and a single one."""

from enum import StrEnum
from typing import NamedTuple

from polaris.core.commands.text import ID
from polaris.core.facts.task import Task
from polaris.store.read.keyset import From, KeysetList, Window, ids_of, keyset_page
from polaris.store.read.rows import Connection, rows_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/tasks.sql")
LONGEST_PAGE = 100


class TaskFilter(StrEnum):
    """Which tasks to list."""

    OPEN = "open"
    RESOLVED = "resolved"
    ALL = "all"


CONDITIONS = {TaskFilter.OPEN: "tasks_open", TaskFilter.RESOLVED: "tasks_resolved"}
"""The SQL block of each filter; all tasks have none."""


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
    window = Window(
        ascending=True,
        after=From(last.opened_at.isoformat(), last.id) if last else None,
        limit=min(limit, LONGEST_PAGE),
    )
    conditions = (BLOCKS[CONDITIONS[status]],) if status in CONDITIONS else ()
    listed = KeysetList(BLOCKS["tasks_ids"], BLOCKS["tasks_by_opening"], conditions)
    page = keyset_page(connection, listed, {"t": tenant_id}, window)
    found = {row.id: row for row in _with_ids(connection, tenant_id, ids_of(page))}
    return TaskPage([found[task_id] for task_id in ids_of(page)], page.after and page.after.id)


def task(connection: Connection, tenant_id: str, task_id: str) -> Task:
    """Return the task with this id. Raises UnknownTask."""
    if ID.fullmatch(task_id):
        for found in _with_ids(connection, tenant_id, [task_id]):
            return found
    raise UnknownTask(task_id)


def _with_ids(connection: Connection, tenant_id: str, ids: list[str]) -> list[Task]:
    return rows_found(connection, Task, BLOCKS["tasks_with_ids"], {"t": tenant_id, "ids": ids})
