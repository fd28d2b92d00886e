"""Answers: the outcome of a command, and the preview of one."""

import msgspec
from fastapi import Response

from polaris.core.facts.row import named_values
from polaris.core.fold import Outcome
from polaris.engine import Preview


def outcome(done: Outcome) -> Response:
    """Return the id of the request, its events and its warnings. Amounts are minor units.

    `writers_left` is only there if a closing of the books did not wait to its end.
    """
    left = {"writers_left": done.writers_left} if done.writers_left else {}
    return answer(
        {
            "request_id": done.request_id,
            "replayed": done.replayed,
            "events": done.events,
            "warnings": done.warnings,
            **left,
        }
    )


def preview(previewed: Preview) -> Response:
    """Return the events and the rows that the command would write, by table."""
    rows: dict[str, list[object]] = {}
    for row in previewed.rows:
        rows.setdefault(row.table, []).append(row)
    return answer({"events": previewed.outcome.events, "rows": rows})


def answer(value: object) -> Response:
    """Return a 200 answer; facts are objects with the names of their fields."""
    return Response(msgspec.json.encode(named_values(value)), media_type="application/json")
