"""An operator's idempotency keys are the operator's own, and a refused role uses none up."""

from collections.abc import Iterator

import httpx
import pytest

from cli.terminal import Serving
from faults.world import opened
from operators.staff import Staff
from polaris.engine import new_id
from polaris.keys import ApiKey, KeyScope
from polaris.operators.administration import set_role
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE
from polaris.operators.tokens import csrf_token
from polaris.services.api_keys import store_key

MARK = "idempotent-replayed"


@pytest.fixture
def staff(database_url: str) -> Iterator[Staff]:
    with opened(database_url) as database:
        yield Staff(database)


class Callers:
    """Callers of one tenant that send commands under idempotency keys."""

    def __init__(self, serving: Serving, staff: Staff) -> None:
        self.url, self.staff = f"{serving.url}/api/admin/commands", staff

    def operator(self, operator: Operator, command: dict[str, object], key: str) -> httpx.Response:
        """Send a command with the cookie of a new session."""
        token = self.staff.token(operator)
        headers = {
            "cookie": f"{COOKIE}={token}",
            "x-csrf-token": csrf_token(token, self.staff.tenant_id),
        }
        return self._sent(command, key, headers)

    def api_key(self, whole: str, command: dict[str, object], key: str) -> httpx.Response:
        return self._sent(command, key, {"authorization": f"Bearer {whole}"})

    def new_api_key(self, *scopes: KeyScope) -> str:
        key = ApiKey.new()
        with self.staff.database.connect() as connection:
            assert store_key(connection, self.staff.tenant_id, "test", key, "test", scopes)
        return key.whole

    def _sent(
        self, command: dict[str, object], key: str, headers: dict[str, str]
    ) -> httpx.Response:
        return httpx.post(self.url, json=command, headers={**headers, "idempotency-key": key})


@pytest.fixture
def callers(serving: Serving, staff: Staff) -> Callers:
    return Callers(serving, staff)


def customer() -> dict[str, object]:
    return {"command": "SaveCustomer", "customer_id": new_id(), "external_id": new_id()}


def term(staff: Staff) -> dict[str, object]:
    changes = {"payment_term_days": 7}
    return {"command": "SaveTenant", "tenant_id": staff.tenant_id, "settings_changes": changes}


def test_a_role_that_is_given_later_is_enough(callers: Callers, staff: Staff) -> None:
    """The 403 was stored as the answer for ever."""
    operator, saved = staff.hire(Role.OPERATOR), term(staff)
    assert callers.operator(operator, saved, "k").status_code == 403
    with staff.database.connect() as connection:
        set_role(connection, operator, staff.tenant_id, Role.ADMIN, "test")
    answer = callers.operator(operator, saved, "k")
    assert (answer.status_code, answer.headers.get(MARK)) == (200, None)
    assert callers.operator(operator, saved, "k").headers[MARK] == "true"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_another_operator_does_not_get_the_answer(
    callers: Callers, staff: Staff, role: Role
) -> None:
    saved = term(staff)
    assert callers.operator(staff.hire(Role.ADMIN), saved, "k").status_code == 200
    answer = callers.operator(staff.hire(role), saved, "k")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")


def test_a_viewer_neither_gets_an_answer_nor_uses_a_key_up(callers: Callers, staff: Staff) -> None:
    viewer, operator, saved = staff.hire(Role.VIEWER), staff.hire(), customer()
    assert callers.operator(viewer, saved, "k").status_code == 403
    answer = callers.operator(operator, customer(), "k")
    assert (answer.status_code, answer.headers.get(MARK)) == (200, None)
    assert callers.operator(viewer, saved, "k").status_code == 403


def test_a_key_that_only_reads_gets_no_answer_either(callers: Callers) -> None:
    saved = customer()
    both = callers.new_api_key(KeyScope.READ, KeyScope.WRITE)
    reads = callers.new_api_key(KeyScope.READ)
    assert callers.api_key(both, saved, "k").status_code == 200
    assert callers.api_key(reads, saved, "k").status_code == 403


def test_a_new_api_key_repeats_the_calls_of_the_old_one(callers: Callers) -> None:
    """A caller that got no answer may have to replace its API key before it can ask again."""
    saved = customer()
    old, new = (callers.new_api_key(KeyScope.READ, KeyScope.WRITE) for _ in range(2))
    first, second = callers.api_key(old, saved, "k"), callers.api_key(new, saved, "k")
    assert (first.status_code, second.headers[MARK]) == (200, "true")
    assert second.content == first.content
