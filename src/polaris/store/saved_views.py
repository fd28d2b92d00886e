"""How operators want to see the list of invoices: their saved views, and their columns.

Each change is safe to make twice. An operator changes only their own views.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.errors import UniqueViolation

from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

_STATEMENTS = {name: statement(text) for name, text in blocks("saved_views.sql").items()}


class SavedView(NamedTuple):
    """A saved view, as one operator sees it."""

    id: str
    operator_id: str  # who saved it
    name: str
    query: str  # of the list's URL, without `?`
    shared: bool  # the operator's colleagues see it too
    is_default: bool = False  # the list opens with it for the operator who looks


class NameTaken(Exception):
    """The operator has another view with this name."""


def saved_views(connection: Connection, tenant_id: str, operator_id: str) -> list[SavedView]:
    """Return the operator's own views in their order, then those that colleagues share."""
    return [
        SavedView(*row)
        for row in _run(connection, "saved_views_seen", tenant_id, operator_id=operator_id)
    ]


def save_view(connection: Connection, tenant_id: str, view: SavedView, at: datetime) -> None:
    """Store a new view after the operator's other ones. Raises NameTaken."""
    with connection.transaction():
        own = own_views(connection, tenant_id, view.operator_id)
        _run(
            connection,
            "insert_saved_view",
            tenant_id,
            id=view.id,
            operator_id=view.operator_id,
            name=view.name,
            query=view.query,
            shared=view.shared,
            position=len(own),
            created_at=at,
        )
        if view.id not in [each.id for each in own_views(connection, tenant_id, view.operator_id)]:
            raise NameTaken(view.name)
        if view.is_default:
            set_default_view(connection, tenant_id, view.operator_id, view.id)


def change_view(connection: Connection, tenant_id: str, view: SavedView) -> None:
    """Store the name of an own view, and whether it is shared. Raises NameTaken."""
    try:
        with connection.transaction():
            _run(
                connection,
                "update_saved_view",
                tenant_id,
                id=view.id,
                operator_id=view.operator_id,
                name=view.name,
                shared=view.shared,
            )
    except UniqueViolation:
        raise NameTaken(view.name) from None


def order_views(
    connection: Connection, tenant_id: str, operator_id: str, view_ids: list[str]
) -> None:
    """Put the operator's own views into this order."""
    with connection.transaction():
        for position, view_id in enumerate(view_ids):
            _run(
                connection,
                "place_saved_view",
                tenant_id,
                id=view_id,
                operator_id=operator_id,
                position=position,
            )


def delete_view(connection: Connection, tenant_id: str, operator_id: str, view_id: str) -> None:
    """Delete an own view. Nobody's list opens with it any more."""
    with connection.transaction():
        if view_id in [view.id for view in own_views(connection, tenant_id, operator_id)]:
            _run(connection, "delete_defaults_of_view", tenant_id, id=view_id)
            _run(connection, "delete_saved_view", tenant_id, id=view_id, operator_id=operator_id)


def set_default_view(
    connection: Connection, tenant_id: str, operator_id: str, view_id: str | None
) -> None:
    """Let the list open with this view for the operator, or with all invoices if it is None."""
    if view_id is None:
        _run(connection, "delete_default_view", tenant_id, operator_id=operator_id)
    else:
        _run(connection, "insert_default_view", tenant_id, operator_id=operator_id, id=view_id)


def own_views(connection: Connection, tenant_id: str, operator_id: str) -> list[SavedView]:
    """Return the views that the operator saved, in their order."""
    seen = saved_views(connection, tenant_id, operator_id)
    return [view for view in seen if view.operator_id == operator_id]


def list_columns(connection: Connection, tenant_id: str, operator_id: str) -> list[str] | None:
    """Return the columns of the list that the operator chose, or None if they chose none."""
    rows = _run(connection, "list_columns", tenant_id, operator_id=operator_id)
    return next((query.split() for (query,) in rows), None)


def save_columns(
    connection: Connection,
    tenant_id: str,
    operator_id: str,
    names: Sequence[str],
    row_id: str,
    at: datetime,
) -> None:
    """Store the columns of the list that the operator chose. They replace the earlier ones."""
    _run(
        connection,
        "keep_columns",
        tenant_id,
        id=row_id,
        operator_id=operator_id,
        columns=" ".join(names),
        created_at=at,
    )


def _run(
    connection: Connection, block: str, tenant_id: str, **values: object
) -> psycopg.RawCursor[Any]:
    return _STATEMENTS[block].run(connection, {"t": tenant_id, **values})
