"""Every manipulation of sealed lines is found, and its first line is named."""

import pytest

from polaris.audit.sealer import seal_pending
from polaris.audit.verify import ALTERED, INSERTED, REMOVED, TOLD_EVERY, AuditReport, Fault, verify
from polaris.store.server.database import EngineConnection
from reports.lines import write_lines

LINES = 9

AT = "(select audit_id from seal where tenant_id = %(t)s and position = {})"
FORGED = (
    "insert into audit select tenant_id, %(forged)s, command_id, at, actor, command, subject_id,"
    " outcome, refusals, request from audit where tenant_id = %(t)s limit 1"
)
FORGED_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def chain(connection: EngineConnection, empty_tenant_id: str) -> str:
    """A tenant with sealed lines, without the foreign key that would prevent tampering."""
    write_lines(connection, empty_tenant_id, LINES)
    connection.commit()
    seal_pending(connection, empty_tenant_id)
    connection.execute("alter table seal drop constraint seal_tenant_id_audit_id_fkey")
    return empty_tenant_id


def audit_ids(connection: EngineConnection, tenant_id: str) -> list[str]:
    """Return the ids of the lines in the order of the chain."""
    rows = connection.execute(
        "select audit_id::text from seal where tenant_id = %s order by position", [tenant_id]
    )
    return [audit_id for (audit_id,) in rows]


def test_an_untouched_chain_holds(connection: EngineConnection, chain: str) -> None:
    report = verify(connection, chain)
    last = connection.execute(
        "select encode(hash, 'hex') from seal where tenant_id = %s and position = %s",
        [chain, LINES],
    ).fetchone()
    assert last is not None
    assert report == AuditReport(sealed=LINES, unsealed=0, fault=None, end=last[0])
    assert report.ok


def test_nothing_sealed_is_nothing_wrong(
    connection: EngineConnection, empty_tenant_id: str
) -> None:
    write_lines(connection, empty_tenant_id, 2)
    assert verify(connection, empty_tenant_id) == AuditReport(0, 2, None, None)


def test_the_session_does_not_matter(connection: EngineConnection, chain: str) -> None:
    """The hash of a line does not depend on the time zone or output style."""
    connection.execute("set timezone = 'Asia/Tokyo'")
    connection.execute("set datestyle = 'German'")
    assert verify(connection, chain).ok


@pytest.mark.parametrize(
    "column",
    [
        "id = gen_random_uuid()",
        "command_id = gen_random_uuid()",
        "at = at + interval '1 microsecond'",
        "actor = 'nobody'",
        "command = 'EditDraft'",
        "subject_id = gen_random_uuid()",
        "outcome = 'refused'",
        "refusals = '[]'",
        "request = '{\"invoice_id\": 1}'",
        "request = (request::text || ' ')::json",
        "tenant_id = gen_random_uuid()",
    ],
)
def test_an_altered_line_is_found(connection: EngineConnection, chain: str, column: str) -> None:
    ids = audit_ids(connection, chain)
    for position in (4, 7):  # the first one is named
        connection.execute(
            f"update audit set {column} where tenant_id = %s and id = %s".encode(),
            [chain, ids[position - 1]],
        )
    gone = column.startswith(("id", "tenant_id"))
    assert verify(connection, chain).fault == Fault(4, ids[3], REMOVED if gone else ALTERED)


@pytest.mark.parametrize(
    ("tampering", "position", "named", "what"),
    [
        (["delete from audit where tenant_id = %(t)s and id = " + AT.format(5)], 5, 5, REMOVED),
        (["delete from seal where tenant_id = %(t)s and position = 5"], 5, None, REMOVED),
        (["delete from seal where tenant_id = %(t)s and position < 4"], 1, None, REMOVED),
        (
            [
                "delete from audit where tenant_id = %(t)s and id = " + AT.format(5),
                "delete from seal where tenant_id = %(t)s and position = 5",
            ],
            5,
            None,
            REMOVED,
        ),
        (
            [
                "delete from seal where tenant_id = %(t)s and position = 5",
                "update seal set position = position - 1 where tenant_id = %(t)s and position = 6",
            ],
            5,
            6,
            INSERTED,
        ),
        (
            ["update seal set hash = sha256('x') where tenant_id = %(t)s and position = 5"],
            5,
            5,
            ALTERED,
        ),
        (
            ["update seal set previous = sha256('x') where tenant_id = %(t)s and position = 5"],
            5,
            5,
            INSERTED,
        ),
    ],
)
def test_a_touched_chain_is_found(
    connection: EngineConnection,
    chain: str,
    tampering: list[str],
    position: int,
    named: int | None,
    what: str,
) -> None:
    ids = audit_ids(connection, chain)
    for statement in tampering:
        assert connection.execute(statement.encode(), {"t": chain}).rowcount > 0
    fault = Fault(position, ids[named - 1] if named else None, what)
    assert verify(connection, chain).fault == fault
    seal_pending(connection, chain)  # the sealer goes on, and hides nothing by that
    assert verify(connection, chain).fault == fault


def test_swapped_lines_are_found(connection: EngineConnection, chain: str) -> None:
    ids = audit_ids(connection, chain)
    swap(connection, chain, "audit_id", ids[2], ids[5])
    assert verify(connection, chain).fault == Fault(3, ids[5], ALTERED)


def test_swapped_links_are_found(connection: EngineConnection, chain: str) -> None:
    ids = audit_ids(connection, chain)
    swap(connection, chain, "position", 3, 6)
    assert verify(connection, chain).fault == Fault(3, ids[5], INSERTED)


def swap(
    connection: EngineConnection, tenant_id: str, column: str, one: object, other: object
) -> None:
    """Exchange the values of two seals in a column, despite its unique constraint."""
    constraint = "seal_pkey" if column == "position" else "seal_tenant_id_audit_id_key"
    connection.execute(f"alter table seal drop constraint {constraint}".encode())
    connection.execute(
        f"update seal set {column} = case {column} when %(a)s then %(b)s else %(a)s end"
        f" where tenant_id = %(t)s and {column} in (%(a)s, %(b)s)".encode(),
        {"t": tenant_id, "a": one, "b": other},
    )


def test_a_line_put_in_between_is_found(connection: EngineConnection, chain: str) -> None:
    """The line's own seal is correct, but the next line was sealed after another line."""
    connection.execute(FORGED, {"t": chain, "forged": FORGED_ID})
    ids = audit_ids(connection, chain)
    for shift in (1000, -999):
        connection.execute(
            "update seal set position = position + %s where tenant_id = %s and position > 4",
            [shift, chain],
        )
    connection.execute(
        "insert into seal select s.tenant_id, 5, a.id, sha256(s.hash || convert_to("
        " jsonb_build_array(a.tenant_id, a.id, a.command_id, a.at at time zone 'UTC', a.actor,"
        " a.command, a.subject_id, a.outcome, a.refusals::text, a.request::text)::text, 'UTF8')),"
        " s.hash"
        " from seal s, audit a where s.tenant_id = %s and s.position = 4 and a.id = %s",
        [chain, FORGED_ID],
    )
    assert verify(connection, chain).fault == Fault(6, ids[4], INSERTED)


def test_a_seal_for_nothing_is_found(connection: EngineConnection, chain: str) -> None:
    connection.execute(
        "insert into seal select tenant_id, position + 1, %s, sha256('x'), hash from seal"
        " where tenant_id = %s and position = %s",
        [FORGED_ID, chain, LINES],
    )
    fault = verify(connection, chain).fault
    assert fault == Fault(LINES + 1, FORGED_ID, REMOVED)
    assert fault.sentence == f"Line {LINES + 1} of the audit log was removed."


def test_progress_is_told(connection: EngineConnection, empty_tenant_id: str) -> None:
    write_lines(connection, empty_tenant_id, TOLD_EVERY + 1)
    connection.commit()
    total = seal_pending(connection, empty_tenant_id)
    told: list[tuple[int, int]] = []
    verify(connection, empty_tenant_id, lambda done, of, _: told.append((done, of)))
    assert told == [(0, total), (TOLD_EVERY, total), (total, total)]
