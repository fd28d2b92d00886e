"""Every request to the admin API, valid by its OpenAPI page or not, gets a JSON answer and never
a fault of the server; the served page is the tested one, and lists what the reference lists."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from cli.terminal import Serving
from dialects.polaris.admin import Admin, call
from faults.world import opened
from polaris.dialects.polaris.app import build
from polaris.dialects.polaris.coverage import ROUTES
from polaris.engine import new_id

PAGE = build(None).openapi()  # type: ignore[arg-type]  # no engine is asked
SCHEMA = schemathesis.openapi.from_dict(PAGE)
EXAMPLES = 8
ERRORS = {"400", "401", "403", "404", "405", "409", "413", "422", "502", "503"}


@pytest.fixture(scope="module")
def admin(database_url: str, serving: Serving) -> Iterator[Admin]:
    with opened(database_url) as database:
        yield Admin(database, serving.url)


@pytest.fixture(scope="module")
def known(admin: Admin) -> dict[str, str]:
    """The ids of an invoice and its customer, of a webhook endpoint and its delivery."""
    invoice_id, customer_id = new_id(), admin.customer()
    admin.issue(invoice_id, customer_id)
    added = call(admin, "/webhook-endpoints", url="http://127.0.0.1:9/")
    endpoint_id = added["endpoint"]["id"]
    sample = call(admin, f"/webhook-endpoints/{endpoint_id}/test")
    refund_id = new_id()
    money = {"payment_id": refund_id, "amount_minor": 500}
    admin.done("ReceivePayment", **money, customer_id=customer_id, currency="EUR")
    admin.done("RequestRefund", **money, refund_id=refund_id)
    return {
        "refund_id": refund_id,
        "invoice_id": invoice_id,
        "customer_id": customer_id,
        "endpoint_id": endpoint_id,
        "delivery_id": sample["delivery_id"],
    }


# Only with a parameter does pytest tell the tests of schemathesis apart, one for each operation.
@pytest.fixture(scope="module", params=["Bearer"])
def session(admin: Admin, request: pytest.FixtureRequest) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"{request.param} {admin.writer}"
        yield session


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_input_is_answered_by_a_fault(
    case: Case[Any], admin: Admin, known: dict[str, str], session: requests.Session
) -> None:
    """Each request as generated, and again with the ids of existing rows."""
    expect_answered(case, admin, session)
    if case.path_parameters:
        case.path_parameters = {name: known[name] for name in case.path_parameters}
        expect_answered(case, admin, session)


def expect_answered(case: Case[Any], admin: Admin, session: requests.Session) -> None:
    """A refusal by the engine is 502; any other status of a fault is a failure."""
    answer: Any = case.call(base_url=admin.url, session=session)
    assert answer.status_code < 500 or answer.status_code == 502, (
        case.as_curl_command(),
        answer.text,
    )
    assert answer.headers["content-type"] == ["application/json"]
    body = answer.json()
    assert isinstance(body, dict)
    assert (answer.status_code < 400) == ("error" not in body), body


def test_the_page_is_the_one_served(admin: Admin) -> None:
    served = httpx.get(f"{admin.url}/openapi.json").json()
    assert served.pop("servers", [{"url": "/api/admin"}]) == [{"url": "/api/admin"}]
    assert served == PAGE


def test_every_route_is_described_and_in_the_reference() -> None:
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in PAGE["paths"].items()
        for method, operation in methods.items()
    }
    assert operations.keys() == ROUTES.keys()
    assert len({operation["operationId"] for operation in operations.values()}) == len(ROUTES)
    for operation in operations.values():
        assert re.fullmatch(r"[A-Z].+\.", operation["description"], re.DOTALL)
        assert len(operation["tags"]) == 1
        assert operation["responses"].keys() == {"200", *ERRORS}


def test_a_void_is_described_with_its_fields() -> None:
    body = PAGE["components"]["schemas"]["VoidBody"]
    assert set(body["properties"]) == {
        *("generate_credit_note", "refund_amount", "credit_amount", "reason", "comment"),
        *("expect", "expected"),
    }
    assert body["additionalProperties"] is False
