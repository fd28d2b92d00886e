"""Expired sessions and links, forgotten failures and old idempotency keys are deleted."""

from datetime import UTC, datetime, timedelta

from faults.world import tenant
from operators.staff import Staff, visitor
from polaris.jobs.job import Workplace
from polaris.jobs.leftovers import delete_ended_sign_ins, delete_old_idempotency_keys
from polaris.operators.links import new_link
from polaris.operators.sessions import LIFETIME, STEP_LIFETIME, Stage, list_sessions, start_session
from polaris.operators.throttle import OF_PERSON, count_attempt
from polaris.store.idempotency_keys import KeptAnswer, claim, find, keep_answer
from polaris.store.operators import run
from polaris.store.server.database import Database

NOW = datetime.now(UTC)
SECOND = timedelta(seconds=1)


def counted(database: Database, table: str, column: str, value: str) -> int:
    with database.connect() as connection:
        sql = f"select count(*) from {table} where {column} = %s"
        [(count,)] = connection.execute(sql.encode(), [value])
    return int(count)


def test_sessions_are_deleted_when_their_lifetime_ends(place: Workplace) -> None:
    operator = Staff(place.database).hire()
    with place.database.connect() as connection:
        tenant_id = operator.tenants[0].id
        start_session(connection, operator, tenant_id, visitor(at=NOW))
        start_session(connection, operator, tenant_id, visitor(at=NOW), Stage.SECOND_FACTOR)
    delete_ended_sign_ins(place, NOW + STEP_LIFETIME - SECOND)
    assert counted(place.database, "operator_session", "operator_id", operator.id) == 2
    delete_ended_sign_ins(place, NOW + STEP_LIFETIME)
    with place.database.connect() as connection:
        [session] = list_sessions(connection, operator.id, NOW)
    assert session.stage is Stage.SIGNED_IN
    delete_ended_sign_ins(place, NOW + LIFETIME)
    assert counted(place.database, "operator_session", "operator_id", operator.id) == 0


def test_links_are_deleted_when_they_expire(place: Workplace) -> None:
    operator = Staff(place.database).hire()
    with place.database.connect() as connection:
        new_link(connection, operator.id, NOW)
    delete_ended_sign_ins(place, NOW + timedelta(hours=24) - SECOND)
    assert counted(place.database, "operator_link", "operator_id", operator.id) == 1
    delete_ended_sign_ins(place, NOW + timedelta(hours=24))
    assert counted(place.database, "operator_link", "operator_id", operator.id) == 0


def test_failures_are_deleted_when_they_would_be_forgotten(place: Workplace) -> None:
    """A subject that is still blocked keeps its row."""
    with place.database.connect() as connection:
        count_attempt(connection, ["email:late@example.com", "email:blocked@example.com"], NOW)
        until = NOW + 3 * OF_PERSON.forgotten_after
        run(connection, "block_attempts", subject="email:blocked@example.com", blocked_until=until)
    delete_ended_sign_ins(place, NOW + OF_PERSON.forgotten_after)
    assert counted(place.database, "sign_in_attempt", "subject", "email:late@example.com") == 1
    delete_ended_sign_ins(place, NOW + OF_PERSON.forgotten_after + SECOND)
    assert counted(place.database, "sign_in_attempt", "subject", "email:late@example.com") == 0
    assert counted(place.database, "sign_in_attempt", "subject", "email:blocked@example.com") == 1


def test_idempotency_keys_are_kept_for_thirty_days(place: Workplace) -> None:
    """More of them than a batch holds, of two tenants."""
    ours, theirs = tenant(place.database), tenant(place.database)
    with place.database.connect() as connection:
        for number in range(1001):
            claim(connection, ours, f"old-{number}", "f", NOW)
        claim(connection, theirs, "old", "f", NOW)
        claim(connection, ours, "new", "f", NOW + SECOND)
        keep_answer(connection, ours, "old-0", KeptAnswer(200, "application/json", b"{}"))
    assert delete_old_idempotency_keys(place, NOW + timedelta(days=30)) == 0
    assert delete_old_idempotency_keys(place, NOW + timedelta(days=30) + SECOND) == 1002
    with place.database.connect() as connection:
        assert find(connection, ours, "old-0") is None
        assert find(connection, theirs, "old") is None
        assert find(connection, ours, "new") is not None
