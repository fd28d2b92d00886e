"""The audit log: each request with its outcome, the check of its chain, and its export."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response, StreamingResponse

from polaris.audit.verify import AuditReport
from polaris.console.access import Visit, action, page
from polaris.console.csv_export import csv_line
from polaris.console.list_state import NOBODY, ListState
from polaris.console.rendering import render
from polaris.console.streaming import rendered, streamed
from polaris.core.lifecycle import LIFECYCLE
from polaris.core.refusals.base import EVERY
from polaris.operators.roles import Role
from polaris.services.verification import (
    VERIFY_AUDIT_LOG,
    VERIFY_LEDGER,
    last_verification,
    verify_audit_log,
)
from polaris.store.read.audit_log import (
    OUTCOMES,
    AuditSearch,
    LoggedRequest,
    audit_page,
)
from polaris.store.read.keyset import LONGEST_PAGE, From, Window

PATH = "/audit"
NAMES = "actor name outcome subject command from to after before".split()
REFUSALS = {refusal.code: refusal for refusal in EVERY}
COLUMNS = "position at actor command outcome refusals subject_id command_id request hash".split()


async def listed(visit: Visit) -> Response:
    """Show the lines, the newest first."""
    state, wanted = _search(visit)
    found = await visit.caller.read(audit_page, wanted, state.window)
    return render(
        visit,
        "audit.html",
        block="list",
        state=state,
        found=found,
        outcomes=OUTCOMES,
        commands=command_names(),
        reasons=reasons,
        last=await last_verification(visit.caller, VERIFY_AUDIT_LOG),
    )


def command_names() -> list[str]:
    """Return the names of all commands, and of the verifications."""
    commands = {row.command.__name__ for row in LIFECYCLE}
    return sorted({*commands, VERIFY_LEDGER, VERIFY_AUDIT_LOG})


def reasons(line: LoggedRequest) -> list[tuple[str, str]]:
    """Return the sentence and the way out of each refusal of a line.

    The sentence has its details if the recorded outcome of the request is still there.
    """
    details = dict(line.refusals_with_details or ())
    return [_reason(code, details.get(code)) for code in line.refusals or ()]


def _reason(code: str, details: dict[str, Any] | None) -> tuple[str, str]:
    kind = REFUSALS.get(code)
    if kind is None or details is None:
        return code.replace("_", " ").capitalize() + ".", kind.instead if kind else ""
    return kind(**details).sentence, kind.instead


def _search(visit: Visit) -> tuple[ListState, AuditSearch]:
    state = ListState(PATH, visit.request.query_params, NAMES)
    state.read_page(datetime)
    zone = ZoneInfo(visit.tenant.timezone)
    first, last = state.day("from"), state.day("to")
    name, command_id = state.text("name"), state.id("command")
    if command_id == NOBODY:
        state.faults["command"] = "This is not the id of a command. Copy the whole id."
    end = datetime.combine(last + timedelta(days=1), time(), zone) if last else None
    return state, AuditSearch(
        actor=state.text("actor"),
        commands=(name,) if name else None,
        outcome=state.selected("outcome", OUTCOMES),
        subject=state.text("subject"),
        subject_id=state.id("subject"),
        command_id=command_id,
        first_moment=datetime.combine(first, time(), zone) if first else None,
        end_moment=end,
    )


# ------------------------------------------------------------------------------------ the chain


async def verified(visit: Visit) -> Response:
    """Check the chain of the audit log. The page is sent while the check runs."""
    return streamed(visit, "audit_verified.html", _steps(visit))


async def _steps(visit: Visit) -> AsyncIterator[str]:
    async for step in verify_audit_log(visit.caller):
        template = "audit_report.html" if isinstance(step, AuditReport) else "audit_step.html"
        yield rendered(visit, template, step=step)


# ----------------------------------------------------------------------------------- the export


async def exported_as_csv(visit: Visit) -> Response:
    """Send all lines of the filter as CSV, the newest first."""
    return _download(visit, "csv", "text/csv", csv_line(COLUMNS), _csv_line)


async def exported_as_json_lines(visit: Visit) -> Response:
    """Send all lines of the filter as one JSON document a line, the newest first."""
    return _download(visit, "jsonl", "application/jsonl", "", _json_line)


def _download(visit: Visit, suffix: str, media_type: str, head: str, written: Any) -> Response:
    _, wanted = _search(visit)

    async def sent() -> AsyncIterator[str]:
        yield head
        after: From | None = None
        while True:
            window = Window(after=after, limit=LONGEST_PAGE)
            found = await visit.caller.read(audit_page, wanted, window)
            yield "".join(written(line) for line in found.rows)
            if (after := found.after) is None:
                return

    name = f"attachment; filename=audit-log-{visit.today}.{suffix}"
    return StreamingResponse(sent(), media_type=media_type, headers={"content-disposition": name})


def _columns(line: LoggedRequest) -> dict[str, Any]:
    request: Any = msgspec.Raw(line.request.encode())
    return {
        "position": line.sealed_as,
        "at": line.at.isoformat(),
        "actor": line.actor,
        "command": line.command,
        "outcome": line.outcome,
        "refusals": line.refusals or [],
        "subject_id": line.subject_id,
        "command_id": line.command_id,
        "request": request,
        "hash": line.hash,
    }


def _json_line(line: LoggedRequest) -> str:
    return msgspec.json.encode(_columns(line)).decode() + "\n"


def _csv_line(line: LoggedRequest) -> str:
    columns = _columns(line) | {"request": line.request, "refusals": " ".join(line.refusals or ())}
    return csv_line(columns.values())


ROUTES = [
    page(PATH, listed),
    page(f"{PATH}.csv", exported_as_csv),
    page(f"{PATH}.jsonl", exported_as_json_lines),
    action(f"{PATH}/verify", verified, Role.VIEWER),
]
