"""Operators are added, disabled and reset, and no tenant loses its last administrator."""

import threading

import pytest

from faults.world import opened
from operators.staff import Staff
from polaris.engine import now
from polaris.operators import administration
from polaris.operators.operator import Operator, find_by_email, list_operators
from polaris.operators.refusals import (
    AlreadyOperator,
    EmailInvalid,
    LastAdministrator,
    NameInvalid,
    OperatorRefusal,
    ServesOtherTenants,
    UnknownOperator,
)
from polaris.operators.roles import Role
from polaris.operators.sessions import OperatorSession, find_session, principal_of
from polaris.store.server.database import Database


def add(staff: Staff, email: str, name: str = "", role: Role = Role.VIEWER) -> Operator:
    with staff.database.connect() as connection:
        return administration.add_operator(connection, email, name, staff.tenant_id, role, "test")


def session_of(staff: Staff, operator: Operator) -> OperatorSession:
    token = staff.token(operator)
    with staff.database.connect() as connection:
        found = find_session(connection, token, now())
    assert found
    return principal_of(*found, token)


def test_an_operator_has_one_email_and_no_password(staff: Staff) -> None:
    added = add(staff, " Jane@Example.com ")
    assert (added.email, added.name) == ("jane@example.com", "jane@example.com")
    assert added.password_hash is None and added.disabled_at is None
    assert [(tenant.id, tenant.role) for tenant in added.tenants] == [
        (staff.tenant_id, Role.VIEWER)
    ]
    with pytest.raises(AlreadyOperator):
        add(staff, "JANE@example.com")
    assert staff.audited(added) == [("AddOperator", "test", "done")]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "jane",
        "@example.com",
        "jane@",
        "a@b@c",
        "j ane@x.y",
        "a@b\0",
        "<a@b>",
        "x" * 251 + "@b.c",
    ],
)
def test_a_wrong_email_is_refused(staff: Staff, email: str) -> None:
    with pytest.raises(EmailInvalid):
        add(staff, email)
    with staff.database.connect() as connection:
        assert list_operators(connection, staff.tenant_id) == []


def test_a_long_name_is_refused(staff: Staff) -> None:
    with pytest.raises(NameInvalid):
        add(staff, "long@example.com", "x" * 201)


def test_a_person_keeps_the_account_in_a_second_tenant(staff: Staff) -> None:
    known, other = staff.hire(Role.ADMIN), Staff(staff.database)
    again = add(other, known.email, "Another name")
    assert (again.id, again.name, again.password_hash) == (
        known.id,
        known.name,
        known.password_hash,
    )
    assert (again.role_in(staff.tenant_id), again.role_in(other.tenant_id)) == (
        Role.ADMIN,
        Role.VIEWER,
    )
    with staff.database.connect() as connection:
        assert [o.id for o in list_operators(connection, other.tenant_id)] == [known.id]


def test_the_last_administrator_stays(staff: Staff) -> None:
    admin = staff.hire(Role.ADMIN)
    disabled = staff.hire(Role.ADMIN)
    with staff.database.connect() as connection:
        assert administration.disable(connection, disabled, "test") is True
        for act in (
            lambda: administration.set_role(
                connection, admin, staff.tenant_id, Role.OPERATOR, "test"
            ),
            lambda: administration.withdraw_role(connection, admin, staff.tenant_id, "test"),
            lambda: administration.disable(connection, admin, "test"),
        ):
            with pytest.raises(LastAdministrator):
                act()
    assert staff.stored(admin) == admin
    with staff.database.connect() as connection:
        assert administration.enable(connection, staff.stored(disabled), "test") is True
        administration.set_role(connection, admin, staff.tenant_id, Role.OPERATOR, "test")
    assert staff.stored(admin).role_in(staff.tenant_id) is Role.OPERATOR


def test_two_administrators_cannot_demote_each_other_at_once(staff: Staff) -> None:
    pair = [staff.hire(Role.ADMIN), staff.hire(Role.ADMIN)]
    start, refused = threading.Barrier(2), []

    def demote(victim: Operator) -> None:
        start.wait()
        try:
            with staff.database.connect() as connection:
                administration.set_role(connection, victim, staff.tenant_id, Role.VIEWER, "test")
        except OperatorRefusal as refusal:
            refused.append(type(refusal))

    threads = [threading.Thread(target=demote, args=[victim]) for victim in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roles = [staff.stored(operator).role_in(staff.tenant_id) for operator in pair]
    assert refused == [LastAdministrator] and sorted(map(str, roles)) == ["admin", "viewer"]


def test_roles_are_audited_in_their_tenant_and_sessions_end(staff: Staff) -> None:
    operator = staff.hire()
    token = staff.token(operator)
    with staff.database.connect() as connection:
        administration.set_role(connection, operator, staff.tenant_id, Role.VIEWER, "a")
        administration.set_role(connection, operator, staff.tenant_id, Role.VIEWER, "b")
        assert administration.disable(connection, operator, "c") is True
    disabled = staff.stored(operator)
    with staff.database.connect() as connection:
        assert administration.disable(connection, disabled, "d") is False
        assert find_session(connection, token, now()) is None
        assert administration.enable(connection, disabled, "e") is True
    with staff.database.connect() as connection:
        assert administration.enable(connection, staff.stored(operator), "f") is False
    assert staff.audited(operator)[1:] == [
        ("ChangeOperatorRole", "a", "done"),
        ("DisableOperator", "c", "done"),
        ("EnableOperator", "e", "done"),
    ]


def test_an_administrator_cannot_take_over_the_account_of_another_tenant(staff: Staff) -> None:
    """A link for a new password would open every tenant of its owner."""
    admin, shared, own = staff.hire(Role.ADMIN), staff.hire(), staff.hire()
    other = Staff(staff.database)
    add(other, shared.email)
    session = session_of(staff, admin)
    administration.check_account_of(session, own)
    with pytest.raises(ServesOtherTenants):
        administration.check_account_of(session, staff.stored(shared))
    foreign = other.hire()
    with staff.database.connect() as connection, pytest.raises(UnknownOperator):
        administration.operator_administered_by(connection, session, foreign.id)


def test_the_first_operator_is_made_once(own_database_url: str) -> None:
    with opened(own_database_url) as database:
        staff = Staff(database)
        first, second = (first_link(database, staff.tenant_id) for _ in range(2))
        assert first and first.startswith("/set-password/") and second is None
        with database.connect() as connection:
            admin = find_by_email(connection, "admin@example.com")
        assert admin and admin.password_hash is None
        assert admin.role_in(staff.tenant_id) is Role.ADMIN


def first_link(database: Database, tenant_id: str) -> str | None:
    with database.connect() as connection:
        return administration.first_run_link(connection, tenant_id)
