"""Sessions: how long they are valid, what they allow, and what the database knows of them."""

from datetime import UTC, datetime, timedelta

import pytest

from operators.staff import Staff, visitor
from polaris.keys import KeyScope
from polaris.operators import administration
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.operators.sessions import (
    OperatorSession,
    StoredSession,
    choose_tenant,
    end_session,
    find_session,
    list_sessions,
    principal_of,
    start_session,
    touch_session,
)
from polaris.operators.tokens import token_hash

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def found(staff: Staff, token: str, at: datetime) -> tuple[StoredSession, Operator] | None:
    with staff.database.connect() as connection:
        return find_session(connection, token, at)


def principal(staff: Staff, token: str, at: datetime = NOON) -> OperatorSession:
    session = found(staff, token, at)
    assert session
    return principal_of(*session, token)


@pytest.mark.parametrize(
    ("used", "asked", "valid"),
    [
        (timedelta(0), timedelta(hours=12) - timedelta(seconds=1), True),
        (timedelta(0), timedelta(hours=12), False),
        (timedelta(hours=11), timedelta(hours=22), True),
        (timedelta(days=13, hours=23), timedelta(days=14) - timedelta(seconds=1), True),
        (timedelta(days=13, hours=23), timedelta(days=14), False),
    ],
)
def test_a_session_ends_idle_or_after_its_life(
    staff: Staff, used: timedelta, asked: timedelta, valid: bool
) -> None:
    token = staff.token(staff.hire(), at=NOON)
    with staff.database.connect() as connection:
        session_id = principal(staff, token).id
        touch_session(connection, session_id, NOON + used)
    assert (found(staff, token, NOON + asked) is not None) is valid


def test_the_database_has_only_the_hash_of_the_token(staff: Staff) -> None:
    operator = staff.hire()
    token = staff.token(operator)
    with staff.database.connect() as connection:
        [row] = connection.execute(
            "select row_to_json(s)::text from operator_session s where operator_id = %(id)s",
            {"id": operator.id},
        ).fetchall()
    assert token_hash(token) in row[0] and token not in row[0]
    assert found(staff, token_hash(token), datetime.now(UTC)) is None


@pytest.mark.parametrize(
    ("role", "writes", "administers"),
    [(Role.VIEWER, False, False), (Role.OPERATOR, True, False), (Role.ADMIN, True, True)],
)
def test_what_a_role_allows(staff: Staff, role: Role, writes: bool, administers: bool) -> None:
    session = principal(staff, staff.token(staff.hire(role), at=NOON))
    assert session.may(KeyScope.READ) is True
    assert (session.may(KeyScope.WRITE), session.administrator) == (writes, administers)


def test_a_disabled_operator_and_one_without_a_role_are_out(staff: Staff) -> None:
    disabled, idle = staff.hire(), staff.hire()
    tokens = [staff.token(disabled, at=NOON), staff.token(idle, at=NOON)]
    with staff.database.connect() as connection:
        administration.disable(connection, disabled, "test")
        administration.withdraw_role(connection, idle, staff.tenant_id, "test")
    assert [found(staff, token, NOON) for token in tokens] == [None, None]


def test_the_csrf_token_is_of_one_session_in_one_tenant(staff: Staff) -> None:
    operator, other = staff.hire(), Staff(staff.database)
    with staff.database.connect() as connection:
        administration.set_role(connection, operator, other.tenant_id, Role.VIEWER, "test")
    token = staff.token(operator, at=NOON)
    here = principal(staff, token)
    assert here.accepts(here.csrf_token) and not here.accepts("") and not here.accepts("é")
    assert not here.accepts(principal(staff, staff.token(operator, at=NOON)).csrf_token)
    with staff.database.connect() as connection:
        assert choose_tenant(connection, here, other.tenant_id) is True
    there = principal(staff, token)
    assert (there.tenant_id, there.role) == (other.tenant_id, Role.VIEWER)
    assert not there.accepts(here.csrf_token)


def test_nobody_chooses_a_tenant_without_a_role(staff: Staff) -> None:
    stranger = Staff(staff.database)
    session = principal(staff, staff.token(staff.hire(), at=NOON))
    with staff.database.connect() as connection:
        assert choose_tenant(connection, session, stranger.tenant_id) is False


def test_nobody_ends_the_session_of_another_operator(staff: Staff) -> None:
    one, other = staff.hire(), staff.hire()
    token = staff.token(one, at=NOON)
    session_id = principal(staff, token).id
    with staff.database.connect() as connection:
        assert end_session(connection, other.id, session_id) is False
    assert found(staff, token, NOON) is not None
    with staff.database.connect() as connection:
        assert end_session(connection, one.id, session_id) is True
    assert found(staff, token, NOON) is None


def test_a_new_session_removes_the_expired_ones(staff: Staff) -> None:
    operator = staff.hire()
    staff.token(operator, at=NOON)
    with staff.database.connect() as connection:
        later = visitor(at=NOON + timedelta(hours=13))
        start_session(connection, operator, staff.tenant_id, later)
        [[count]] = connection.execute(
            "select count(*) from operator_session where operator_id = %(id)s", {"id": operator.id}
        ).fetchall()
        assert count == 1
        [listed] = list_sessions(connection, operator.id, NOON + timedelta(hours=13))
    assert (listed.address, listed.user_agent) == ("192.0.2.7", "Test browser")
