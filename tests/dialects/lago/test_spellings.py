"""Every value of every body in every bad spelling: 422 names the field, and nothing is changed.

The table is made from the routes themselves, so a new route or field is tested at once.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator

from dialects.lago.books import Books
from dialects.lago.everything import Everything
from dialects.lago.kept import rows
from dialects.lago.routes import PARAMETER, Route, body_of
from dialects.lago.said import invalid
from polaris.dialects.lago.app import ROUTERS

# ---------------------------------------------------------------- bad spellings

NEVER: list[Any] = [[], [1], {}, {"a": 1}, "abc", "", " ", "1 2", "12,5", "1_0", "0x10", "١٢"]
NO_NUMBER = [*NEVER, True, False, "true", "1e3", "NaN", "Infinity", float("nan"), float("inf")]
FRACTIONS = ["120.00", "12.9", ".5", 12.9, 120.0, 1e3, "+5", " 5", "5 ", "5\n"]
HUGE = [10**30, "9" * 30, "9" * 400, 1e300]
DAYS = ["2026-02-30", "2026-13-01", "20260228", "2026-W01-1", "28.02.2026", "2026-2-3", "soon"]
HOURS = ["2026-02-28T25:00:00Z", "2026-02-28T10", "2026-02-28T10:00:00+99:00", "10:00"]

BAD: dict[str, list[Any]] = {
    "whole": [*NO_NUMBER, *FRACTIONS, *HUGE],
    "decimal": [*NO_NUMBER, ".5", "5.", "+5", " 5", "--5", *HUGE],
    "boolean": [*NEVER, "maybe", "yes", "no", "null", "nil", 2, -1, 0.5, 1.0, "10"],
    "time": [*NEVER, *DAYS, *HOURS, True, 20260228, 1e9, "0000-00-00", "1e3"],
}


# ---------------------------------------------------------------- fields


class Field(NamedTuple):
    """A value in the body of a route: where it is, how it is read, and if it may be null."""

    route: Route
    path: tuple[str | int, ...]
    kind: str
    nullable: bool

    def __str__(self) -> str:
        return f"{self.route} {'.'.join(map(str, self.path))}"


KINDS = {int: "whole", Decimal: "decimal", bool: "boolean"}
BY_NAME = {
    "amount_cents": "whole",
    "paid_top_up_min_amount_cents": "whole",
    "paid_top_up_max_amount_cents": "whole",
    "rate_amount": "decimal",
    "paid_credits": "decimal",
    "granted_credits": "decimal",
    "voided_credits": "decimal",
    "paid_at": "time",
    "expiration_at": "time",
    "from_datetime": "time",
    "to_datetime": "time",
}
"""Values that the routes read themselves, to answer with codes of the vendor."""
REQUIRED = {"POST /payments payment.amount_cents", "POST /wallets wallet.rate_amount"}
"""Values that the routes require themselves."""
NOT_READ = {
    *("recurring_transaction_rules", "applies_to", "invoice_requires_successful_payment"),
    *("payment_method", "invoice_custom_section", "voided_transaction_id"),
    *("plan_code", "coupons", "customer", "subscriptions"),
}
"""Values of any type that are only refused if they are given."""


def parts_of(annotation: Any) -> list[Any]:
    """Return the types of a union without None; any other type alone."""
    union = get_origin(annotation) in (Union, UnionType)
    parts = get_args(annotation) if union else (annotation,)
    parts = tuple(one for one in parts if one is not type(None))
    return [get_args(one)[0] if get_origin(one) is Annotated else one for one in parts]


def unwrapped(annotation: Any) -> tuple[Any, tuple[int, ...]]:
    """Return the type of a field, or of the entries of its list, and the index of an entry."""
    (only,) = parts_of(annotation)
    if get_origin(only) is list:
        (entry,) = parts_of(get_args(only)[0])
        return entry, (0,)
    return only, ()


def is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def fields_of(route: Route, model: type[BaseModel], at: tuple[Any, ...] = ()) -> Iterator[Field]:
    """Yield the fields of a body that hold numbers, booleans or times."""
    for name, field in model.model_fields.items():
        kind, index = unwrapped(field.annotation)
        path = (*at, name, *index)
        if is_model(kind):
            yield from fields_of(route, kind, path)
        elif read := BY_NAME.get(name) if kind not in KINDS else KINDS[kind]:
            nullable = type(None) in get_args(field.annotation) or kind is Any
            found = Field(route, path, read, nullable)
            yield found._replace(nullable=nullable and str(found) not in REQUIRED)


def bodies() -> Iterator[tuple[Route, type[BaseModel]]]:
    """Yield every route that has a body, and the model of the body."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if route.body_field is not None:
                model, _ = unwrapped(route.body_field.field_info.annotation)
                for method in sorted(route.methods or ()):
                    yield Route(method, PARAMETER.sub(r"{\1}", route.path)), model


FIELDS = [field for route, model in bodies() for field in fields_of(route, model)]


# ---------------------------------------------------------------- calls


@pytest.fixture(scope="module")
def everything(shared: Books) -> Everything:
    return Everything(shared)


def with_value(body: Any, path: tuple[str | int, ...], value: object) -> Any:
    """Return the body with this value at the path; what is missing on the way is added."""
    if not path:
        return value
    first, *rest = path
    if isinstance(first, int):
        return [with_value(body[0] if body else {}, tuple(rest), value)]
    return {**(body or {}), first: with_value((body or {}).get(first), tuple(rest), value)}


def booked(everything: Everything) -> dict[str, list[str]]:
    """Return all rows of the tenant, except the records of refused commands."""
    return rows(everything.books, "audit", "command")


def call(everything: Everything, route: Route, body: object) -> httpx.Response:
    """Call a route with any body, also with one that is not valid JSON, like NaN."""
    path = next(route.paths(everything.known))
    headers = {"Content-Type": "application/json"}
    content = json.dumps(body).encode()
    return everything.books.http(route.method, path, content=content, headers=headers)


def names_field(answer: httpx.Response, path: tuple[str | int, ...]) -> bool:
    """True if the answer is a 422 that names the field; the ends of a period are named together."""
    name = next(part for part in reversed(path) if isinstance(part, str))
    if answer.status_code != 422:
        return False
    details = answer.json()["error_details"]
    return name in details or (name.endswith("_datetime") and "boundaries" in details)


def test_the_table_has_every_field() -> None:
    """If the table were empty, nothing would be tested."""
    named = {str(field) for field in FIELDS}
    assert len(named) == len(FIELDS) > 50
    assert named >= REQUIRED
    assert {
        "POST /invoices/{invoice_id}/void refund_amount",
        "POST /credit_notes credit_note.items.0.amount_cents",
        "POST /payments payment.paid_at",
        "POST /wallet_transactions wallet_transaction.voided_credits",
    } <= named


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_a_bad_spelling_is_refused(everything: Everything, field: Field) -> None:
    body = body_of(field.route, everything.ids)
    before = booked(everything)
    bad = [*BAD[field.kind], *([] if field.nullable else [None])]
    answers = [
        (value, call(everything, field.route, with_value(body, field.path, value))) for value in bad
    ]
    taken = [(value, one.text[:200]) for value, one in answers if not names_field(one, field.path)]
    assert taken == []
    assert booked(everything) == before


def readings(model: type[BaseModel]) -> Iterator[str]:
    """Yield the values of a body that are read without the policy of `api.coercion`."""
    for name, field in model.model_fields.items():
        kind, _ = unwrapped(field.annotation)
        if is_model(kind):
            yield from readings(kind)
            continue
        by_policy = any(isinstance(one, BeforeValidator) for one in field.metadata)
        text = kind is str or get_origin(kind) is dict
        by_route = name in BY_NAME or name in NOT_READ
        if not (text or by_route or (kind in KINDS and by_policy)):
            yield f"{model.__name__}.{name}"


def test_every_value_is_read_by_the_policy() -> None:
    """A field of the bare type `int` would accept "12.0", and one of `bool` would accept "yes"."""
    assert sorted({found for _, model in bodies() for found in readings(model)}) == []


def test_the_check_of_readings_catches_what_it_forbids() -> None:
    class Bare(BaseModel):
        amount: int = 0
        agreed: bool | None = None

    class Body(BaseModel):
        inner: list[Bare]
        other: Any = None

    assert list(readings(Body)) == ["Bare.amount", "Bare.agreed", "Body.other"]


# ---------------------------------------------------------------- unknown keys

CLOSED = [
    "POST /invoices/{invoice_id}/void",
    "PUT /invoices/{invoice_id}/finalize",
    "POST /invoices/{invoice_id}/regenerate",
    "POST /invoices/{invoice_id}/regenerate/preview",
    "POST /invoices/{invoice_id}/lose_dispute",
    "PUT /invoices/{invoice_id}/lose_dispute",
    "POST /invoices",
    "POST /credit_notes",
    "PUT /credit_notes/{note_id}/void",
    "POST /payments",
    "POST /wallets",
    "POST /wallet_transactions",
]
"""The calls that cannot be undone, and their previews."""


def route_of(text: str) -> Route:
    method, _, path = text.partition(" ")
    return Route(method, path)


@pytest.mark.parametrize("route", CLOSED)
@pytest.mark.parametrize("unknown", ["invoices", "refund_amount_cent", "a b"])
def test_an_unknown_key_is_refused(everything: Everything, route: str, unknown: str) -> None:
    """Beside the root key, or among the fields if there is no root."""
    asked = route_of(route)
    if asked.path.endswith("/finalize"):
        everything = drafts_first(everything)
    body = {**(body_of(asked, everything.ids) or {}), unknown: {}}
    before = booked(everything)
    answer = call(everything, asked, body)
    assert answer.status_code == 422, answer.text
    assert answer.json() == invalid(**{unknown: ["unknown_field"]})
    assert booked(everything) == before


def drafts_first(everything: Everything) -> Everything:
    """Return the same tenant; paths to an invoice name its draft."""
    found = object.__new__(Everything)
    found.books, found.mark = everything.books, everything.mark
    found.ids = {**everything.ids, "invoice": everything.ids["draft"]}
    return found


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("POST /credit_notes", ("credit_note", "refund_amount")),
        ("POST /credit_notes", ("credit_note", "items", 0, "amount")),
        ("POST /payments", ("payment", "paid")),
        ("POST /wallet_transactions", ("wallet_transaction", "granted_credit")),
        ("POST /invoices/{invoice_id}/regenerate", ("fees", 0, "unit_amount")),
    ],
)
def test_an_unknown_field_of_a_call_that_moves_money_is_refused(
    everything: Everything, route: str, path: tuple[str | int, ...]
) -> None:
    """A misspelt field would be lost: the amount would be zero, or the day would be today."""
    asked = route_of(route)
    before = booked(everything)
    answer = call(everything, asked, with_value(body_of(asked, everything.ids), path, 1))
    assert answer.json() == invalid(**{str(path[-1]): ["unknown_field"]})
    assert booked(everything) == before


def test_a_void_in_a_wrapper_is_refused(everything: Everything) -> None:
    """The wrapped fields would be lost, and the invoice voided without a credit note."""
    path = f"/invoices/{everything.ids['invoice']}/void"
    body = {"invoice": {"generate_credit_note": True, "refund_amount": 120}}
    answer = everything.books.http("POST", path, json=body)
    assert (answer.status_code, answer.json()) == (422, invalid(invoice=["unknown_field"]))


@pytest.mark.parametrize("body", [[], [1], "void", 1, True, {"\ud800": 1}])
def test_a_body_that_is_no_object_is_refused(everything: Everything, body: object) -> None:
    for route in ("POST /invoices/{invoice_id}/void", "PUT /invoices/{invoice_id}/finalize"):
        answer = call(drafts_first(everything), route_of(route), body)
        assert answer.status_code == 400, answer.text


def test_a_filter_may_be_written_as_in_lago(everything: Everything) -> None:
    """A list changes nothing: a filter that cannot be read is ignored, or matches nothing."""
    for name, value in (("amount_from", "12.9"), ("issuing_date_from", "2026-02-30")):
        answer = everything.books.http("GET", "/invoices", params={name: value})
        assert answer.status_code == 200, (name, answer.text)
