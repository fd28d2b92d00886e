"""Every request, valid by the OpenAPI page or not, gets a JSON answer and never a 500."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from dialects.highlevel.books import Books
from polaris.dialects.highlevel.app import build

# The requests for each operation are generated from the page, before any server runs.
PAGE = build(None).openapi()  # type: ignore[arg-type]  # no engine is asked
SCHEMA = schemathesis.openapi.from_dict(PAGE)
EXAMPLES = 8


@pytest.fixture(scope="module")
def invoice(shared: Books) -> Any:
    return shared.sent()


# Only with a parameter does pytest tell the tests of schemathesis apart, one for each operation.
@pytest.fixture(scope="module", params=["Bearer"])
def session(shared: Books, request: pytest.FixtureRequest) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"{request.param} {shared.key}"
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
    case: Case[Any], shared: Books, invoice: Any, session: requests.Session
) -> None:
    """Each request as generated, and again with a known version, location and invoice."""
    expect_answered(case, shared, session)
    case.headers["Version"] = "v3"
    if isinstance(case.body, dict):
        case.body |= shared.location
    if case.query:
        case.query.update(shared.location)
    if case.path_parameters:
        case.path_parameters = {"invoice_id": invoice["_id"]}
    expect_answered(case, shared, session)


def expect_answered(case: Case[Any], books: Books, session: requests.Session) -> None:
    answer: Any = case.call(base_url=f"{books.url}/invoices", session=session)
    assert answer.status_code < 500, (case.as_curl_command(), answer.text)
    body = answer.json()
    assert isinstance(body, dict)
    assert answer.status_code == 200 or body["statusCode"] == answer.status_code


def test_every_operation_is_described(shared: Books) -> None:
    served = httpx.get(f"{shared.url}/invoices/openapi.json").json()
    assert served.pop("servers", [{"url": "/invoices"}]) == [{"url": "/invoices"}]
    assert served == PAGE
    operations = [one for methods in PAGE["paths"].values() for one in methods.values()]
    assert len(operations) == 10
    for operation in operations:
        assert re.fullmatch(r"[A-Z].+\.", operation["description"], re.DOTALL)
        errors = {"400", "401", "403", "404", "413", "422", "503"}
        assert operation["responses"].keys() == {"200", *errors}
        assert "Version" in {one["name"] for one in operation["parameters"]}
