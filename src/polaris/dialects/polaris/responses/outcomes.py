"""Answers: the outcome of a command, and the preview of one."""

import msgspec
from fastapi import Response

from polaris.core.facts.row import named_values
from polaris.core.fold import Outcome
from polaris.engine import Preview
from polaris.store.read.tasks import TaskPage


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
    """Return the effects, their fingerprint, the events, and the rows of each table."""
    rows: dict[str, list[object]] = {}
    for row in previewed.rows:
        rows.setdefault(row.table, []).append(row)
    return answer({**with_fingerprint(previewed), "events": previewed.outcome.events, "rows": rows})


def with_fingerprint(previewed: Preview) -> dict[str, object]:
    """Return the effects of a preview and their fingerprint, which is sent back as `expect`."""
    return {"fingerprint": previewed.fingerprint, "effects": previewed.effects}


def effects(previewed: Preview) -> Response:
    """Return only the effects and their fingerprint, and the warnings."""
    return answer({**with_fingerprint(previewed), "warnings": previewed.outcome.warnings})


def tasks(page: TaskPage) -> Response:
    """Return a page of tasks, and the id to list after; null on the last page."""
    return answer({"tasks": page.tasks, "next": page.next})


def answer(value: object) -> Response:
    """Return a 200 answer; facts are objects with the names of their fields."""
    return Response(msgspec.json.encode(named_values(value)), media_type="application/json")
