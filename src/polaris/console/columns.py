"""The columns of the list of invoices. Each operator chooses them, for each tenant."""

from collections.abc import Iterable

from polaris.console.access import Visit
from polaris.engine import new_id, now
from polaris.store.saved_views import list_columns, save_columns

COLUMNS = {
    "status": "Status",
    "customer": "Customer",
    "issue_date": "Issued",
    "due_date": "Due",
    "created": "Created",
    "total": "Total",
    "outstanding": "Outstanding",
}
"""The columns after the invoice's own: their names as they are stored, and on the screen."""

USUAL = tuple(name for name in COLUMNS if name != "created")
"""The columns of an operator who has chosen none."""


async def chosen_columns(visit: Visit) -> tuple[str, ...]:
    """Return the columns that the operator sees, in the order of the list."""
    names = await visit.caller.read(list_columns, visit.session.operator_id)
    return USUAL if names is None else known_columns(names)


async def choose_columns(visit: Visit, names: Iterable[str]) -> None:
    """Store the columns that the operator wants to see. Unknown names are left out."""
    await visit.caller.engine.keep(
        save_columns,
        visit.session.tenant_id,
        visit.session.operator_id,
        known_columns(names),
        new_id(),
        now(),
    )


def known_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are columns, in the order of the list."""
    wanted = set(names)
    return tuple(name for name in COLUMNS if name in wanted)
