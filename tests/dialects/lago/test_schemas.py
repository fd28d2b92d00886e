"""Every request, valid by the OpenAPI page or not, gets a JSON answer and never a 500;
the served page is the tested one, and the documentation loads nothing from other servers."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from dialects.lago.books import Books
from dialects.lago.everything import Everything
from dialects.lago.routes import PARAMETER, ROUTES, Route
from polaris.api.openapi import operation_name
from polaris.dialects.lago.app import build
from polaris.dialects.lago.requests.described import EXTENSIONS

# The requests for each operation are generated from the page, before any server runs.
PAGE = build(None).openapi()  # type: ignore[arg-type]  # no engine is asked
SCHEMA = schemathesis.openapi.from_dict(PAGE)
EXAMPLES = 5

TYPES = {"application/json", "text/plain"}


@pytest.fixture(scope="module")
def everything(shared: Books) -> Everything:
    return Everything(shared)


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
    case: Case[Any], everything: Everything, session: requests.Session
) -> None:
    """Each request as generated, and again with the ids of existing rows."""
    expect_answered(case, everything, session)
    route = Route(case.method, case.operation.path)
    if case.path_parameters and case.method != "DELETE":
        names = PARAMETER.findall(route.path)
        known = (everything.known[name][0] for name in route.parameters)
        case.path_parameters = dict(zip(names, known, strict=True))
        expect_answered(case, everything, session)


def expect_answered(case: Case[Any], everything: Everything, session: requests.Session) -> None:
    answer: Any = case.call(base_url=f"{everything.books.url}/api/v1", session=session)
    assert answer.status_code < 500, (case.as_curl_command(), answer.text)
    kind = ",".join(answer.headers.get("content-type", [])).partition(";")[0]
    if answer.content:
        assert kind in TYPES, (case.as_curl_command(), answer.headers)
    if kind == "application/json":
        body = answer.json()
        assert isinstance(body, dict)
        assert answer.status_code == 200 or body["status"] == answer.status_code


# ---------------------------------------------------------------- the page


def test_the_page_is_the_one_served(shared: Books) -> None:
    served = httpx.get(f"{shared.url}/api/v1/openapi.json").json()
    assert served.pop("servers", [{"url": "/api/v1"}]) == [{"url": "/api/v1"}]
    assert served == PAGE


def test_every_route_is_on_the_page_once() -> None:
    """Every operation has a stable unique name, a tag, a description and all errors."""
    operations = {
        Route(method.upper(), path): operation
        for path, methods in PAGE["paths"].items()
        for method, operation in methods.items()
    }
    assert operations.keys() == set(ROUTES)
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))
    assert operation_name("post", "/invoices/{invoice_id}/void") in names
    for operation in operations.values():
        assert re.fullmatch(r"[A-Z].+\.", operation["description"], re.DOTALL)
        assert len(operation["tags"]) == 1
        errors = {"400", "401", "403", "404", "405", "413", "422", "503"}
        assert operation["responses"].keys() == {"200", *errors}
        said = {str(operation["responses"][status]["content"]) for status in errors}
        assert said == {"{'application/json': {'schema': {'$ref': '#/components/schemas/Error'}}}"}
    ours = {one.path for one, said in operations.items() if said.get("x-polaris-extension")}
    assert ours == EXTENSIONS


def test_the_key_is_on_the_page() -> None:
    (kind,) = PAGE["components"]["securitySchemes"].values()
    assert kind == {"type": "http", "scheme": "bearer"}
    assert PAGE["security"] == [{key: [] for key in PAGE["components"]["securitySchemes"]}]
    assert not [
        one for path in PAGE["paths"].values() for one in path.values() if "security" in one
    ]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_pages_need_nobody_elses_server(shared: Books, path: str) -> None:
    """All files that the pages load come from this server, and exist."""
    page = httpx.get(f"{shared.url}/api/v1{path}")
    assert page.status_code == 200
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    scripts = [one for one in loaded if one.endswith(".js")]
    assert scripts
    assert not re.findall(r"https?://|[\"']//", page.text)
    for one in loaded:
        assert httpx.get(f"{shared.url}{one}").status_code == 200, one
