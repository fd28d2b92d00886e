"""A signed-in operator may call the admin API by cookie; a change needs the CSRF token."""

from collections.abc import Iterator

import httpx
import pytest

from cli.terminal import Serving
from faults.world import opened
from operators.staff import Staff
from polaris.engine import new_id
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE
from polaris.operators.tokens import csrf_token


@pytest.fixture
def staff(database_url: str) -> Iterator[Staff]:
    with opened(database_url) as database:
        yield Staff(database)


def save_customer(
    serving: Serving, staff: Staff, operator: Operator, **headers: str
) -> httpx.Response:
    """Save a customer with the cookie of a new session; with its CSRF token if `csrf` is yes."""
    token = staff.token(operator)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if named.get("x-csrf-token") == "its own":
        named["x-csrf-token"] = csrf_token(token, staff.tenant_id)
    command = {"command": "SaveCustomer", "customer_id": new_id(), "external_id": new_id()}
    return httpx.post(
        f"{serving.url}/api/admin/commands",
        json=command,
        headers={**named, "cookie": f"{COOKIE}={token}"},
    )


@pytest.mark.parametrize(
    ("role", "headers", "status"),
    [
        (Role.OPERATOR, {"x_csrf_token": "its own"}, 200),
        (Role.ADMIN, {"x_csrf_token": "its own"}, 200),
        (Role.VIEWER, {"x_csrf_token": "its own"}, 403),
        (Role.ADMIN, {}, 401),
        (Role.ADMIN, {"x_csrf_token": "0" * 64}, 401),
        (Role.ADMIN, {"x_csrf_token": "its own", "authorization": "Bearer plr_wrong"}, 401),
    ],
)
def test_a_change_by_cookie_needs_the_role_and_the_token(
    serving: Serving, staff: Staff, role: Role, headers: dict[str, str], status: int
) -> None:
    answer = save_customer(serving, staff, staff.hire(role), **headers)
    assert answer.status_code == status, answer.text


def test_the_operator_is_the_actor_in_the_audit_log(serving: Serving, staff: Staff) -> None:
    operator = staff.hire()
    assert save_customer(serving, staff, operator, x_csrf_token="its own").status_code == 200
    query = "select actor from audit where tenant_id = %(t)s and command = 'SaveCustomer'"
    with staff.database.connect() as connection:
        actors = connection.execute(query, {"t": staff.tenant_id}).fetchall()
    assert actors == [(f"operator:{operator.email}",)]
