"""Webhook endpoints, and the public key for receivers."""

from base64 import b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import WebhookEndpoint

from dialects.lago.books import Books
from dialects.lago.said import invalid
from faults.world import at_once
from polaris.engine import new_id

URL = "https://example.com/hook"


def endpoint_input(**fields: Any) -> WebhookEndpoint:
    """Return an endpoint for the client with only the given fields."""
    return WebhookEndpoint(**fields)


def create(books: Books, **fields: Any) -> Any:
    """Create an endpoint, and return the answer."""
    answer = books.http("POST", "/webhook_endpoints", json={"webhook_endpoint": fields})
    assert answer.status_code == 200, answer.text
    return answer.json()["webhook_endpoint"]


def test_the_story_of_an_endpoint(books: Books, client: Any) -> None:
    made = client.webhook_endpoints.create(endpoint_input(webhook_url=URL))
    assert (made.lago_organization_id, made.webhook_url) == (books.tenant_id, URL)
    assert (made.signature_algo, made.name, made.event_types) == ("jwt", None, None)
    assert client.webhook_endpoints.find(made.lago_id) == made
    assert client.webhook_endpoints.find_all()["webhook_endpoints"] == [made]

    types = ["invoice.voided", "invoice.created"]
    changed = client.webhook_endpoints.update(
        endpoint_input(signature_algo="hmac", name="Ours", event_types=types), made.lago_id
    )
    assert (changed.lago_id, changed.webhook_url) == (made.lago_id, URL)
    assert (changed.signature_algo, changed.name, changed.event_types) == ("hmac", "Ours", types)

    assert client.webhook_endpoints.destroy(made.lago_id) == changed
    assert client.webhook_endpoints.find_all()["webhook_endpoints"] == []
    with pytest.raises(LagoApiError) as gone:
        client.webhook_endpoints.find(made.lago_id)
    assert gone.value.response["code"] == "webhook_endpoint_not_found"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ([], None),
        (["*"], None),
        (["invoice.voided"], ["invoice.voided"]),
        ([" Invoice.Voided", "invoice.voided", "", None], ["invoice.voided"]),
    ],
)
def test_event_types_as_lago_tidies_them(
    books: Books, given: list[str] | None, kept: list[str] | None
) -> None:
    assert create(books, webhook_url=URL, event_types=given)["event_types"] == kept


def test_null_lets_an_endpoint_hear_everything_again(books: Books) -> None:
    made = create(books, webhook_url=URL, event_types=["invoice.voided"], name="Ours")
    path = f"/webhook_endpoints/{made['lago_id']}"
    same = books.http("PUT", path, json={"webhook_endpoint": {}}).json()
    assert same == {"webhook_endpoint": made}
    nulls = {"event_types": None, "name": None, "webhook_url": None}
    heard = books.http("PUT", path, json={"webhook_endpoint": nulls}).json()
    assert heard == {"webhook_endpoint": {**made, "event_types": None, "name": None}}


INVALID = "value_is_invalid"


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"webhook_url": None}, {"webhook_url": "value_is_mandatory"}),
        ({"webhook_url": ""}, {"webhook_url": "value_is_mandatory"}),
        ({"webhook_url": "foobar"}, {"webhook_url": "url_invalid"}),
        ({"webhook_url": "ftp://example.com"}, {"webhook_url": "url_invalid"}),
        ({"webhook_url": "http://"}, {"webhook_url": "url_invalid"}),
        ({"webhook_url": 7}, {"webhook_url": INVALID}),
        ({"webhook_url": "https://taken.example"}, {"webhook_url": "value_already_exist"}),
        ({"signature_algo": "md5"}, {"signature_algo": INVALID}),
        ({"event_types": ["invoice.voided", "invoice.sung"]}, {"event_types": "invalid_types"}),
        ({"event_types": "invoice.voided"}, {"event_types": INVALID}),
    ],
)
def test_what_no_endpoint_can_be(
    shared: Books, change: dict[str, Any], details: dict[str, str]
) -> None:
    taken = {"webhook_url": "https://taken.example"}
    shared.http("POST", "/webhook_endpoints", json={"webhook_endpoint": taken})
    body = {"webhook_endpoint": {"webhook_url": URL, **change}}
    answer = shared.http("POST", "/webhook_endpoints", json=body)
    said = invalid(**{field: [code] for field, code in details.items()})
    assert (answer.status_code, answer.json()) == (422, said)


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("named", ["none", "00000000-0000-7000-8000-000000000000"])
def test_an_endpoint_that_is_not_there(shared: Books, verb: str, named: str) -> None:
    body: dict[str, Any] = {"json": {"webhook_endpoint": {}}} if verb == "PUT" else {}
    answer = shared.http(verb, f"/webhook_endpoints/{named}", **body)
    assert (answer.status_code, answer.json()) == (
        404,
        {"status": 404, "error": "Not Found", "code": "webhook_endpoint_not_found"},
    )


def test_another_tenants_endpoint_is_not_there(books: Books, shared: Books) -> None:
    theirs = create(shared, webhook_url=f"https://example.com/{new_id()}")
    path = f"/webhook_endpoints/{theirs['lago_id']}"
    assert books.http("GET", path).status_code == 404
    renamed = books.http("PUT", path, json={"webhook_endpoint": {"name": "X"}})
    assert renamed.status_code == 404
    assert books.http("DELETE", path).status_code == 404
    assert shared.http("GET", path).json() == {"webhook_endpoint": theirs}


def test_there_are_ten_at_most_however_many_come_at_once(books: Books) -> None:
    for number in range(8):
        create(books, webhook_url=f"{URL}/{number}")

    def one_more() -> Any:
        body = {"webhook_endpoint": {"webhook_url": f"{URL}/{new_id()}"}}
        return books.http("POST", "/webhook_endpoints", json=body)

    answers = at_once([lambda: int(one_more().status_code)] * 4)
    assert sorted(answers, key=str) == [200, 200, 422, 422]
    assert one_more().json()["error_details"] == {"base": ["exceeded_limit"]}
    page = books.http("GET", "/webhook_endpoints?per_page=3&page=4").json()
    assert len(page["webhook_endpoints"]) == 1
    assert page["meta"]["total_count"] == 10


def test_all_who_ask_at_once_for_the_key_get_the_same_one(books: Books, client: Any) -> None:
    """Requests at the same time get the same key: it is created once."""

    def ask() -> str:
        return str(books.http("GET", "/webhooks/json_public_key").json()["webhook"]["public_key"])

    (encoded,) = set(at_once([ask] * 6))
    assert isinstance(encoded, str)
    pem = client.webhooks.public_key()
    assert pem == b64decode(encoded)
    key = load_pem_public_key(pem)
    assert isinstance(key, RSAPublicKey)
    assert key.key_size == 2048
    plain = books.http("GET", "/webhooks/public_key")
    assert (plain.text, plain.headers["content-type"]) == (encoded, "text/plain; charset=utf-8")


def test_every_tenant_has_a_key_of_its_own(books: Books, shared: Books) -> None:
    keys = {one.client.webhooks.public_key() for one in (books, shared, books)}
    assert len(keys) == 2
