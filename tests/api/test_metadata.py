"""Metadata by key have four routes for any kind of row; entries of a list are matched by id."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from api.seed import ACCESS, Call, Memory, SeedError, seed, send_request
from polaris.api.metadata import Fault, KeptWith, Limits, add_routes, find_faults, merge_entries
from polaris.core.balances.metadata import changed_metadata
from polaris.core.commands import AnnotateCreditNote
from polaris.core.commands.values import MetadataChange
from polaris.keys import KeyScope

SOME = "0198c0de-0000-7000-8000-000000000000"

Pairs = dict[str, str | None] | None


class Thing(NamedTuple):
    """A row with metadata."""

    metadata: Pairs


class Rows:
    """A caller for which only one row exists."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs

    async def find(self, call: Call, row_id: str) -> Thing:
        if row_id != SOME:
            raise SeedError(404, "row")
        return Thing(self.pairs)

    def save(self, row_id: str, change: MetadataChange) -> AnnotateCreditNote:
        self.pairs = changed_metadata(self.pairs, change)
        return AnnotateCreditNote(note_id=row_id, metadata=change)


def application(pairs: Pairs, engine: Memory) -> FastAPI:
    """Return an application with metadata routes."""
    app, router, rows = seed(engine), APIRouter(), Rows(pairs)
    kept = KeptWith(
        path="/things/{thing_id}",
        parameter="thing_id",
        name="a thing",
        caller=ACCESS.may(KeyScope.WRITE, "thing"),
        find=rows.find,
        save=rows.save,
        answer=JSONResponse,
        missing=lambda: SeedError(404, "metadata"),
    )
    add_routes(router, kept)
    app.include_router(router)
    return app


@pytest.mark.parametrize(
    ("method", "path", "given", "stored", "kept"),
    [
        ("POST", "", {"b": "2"}, {"a": "1"}, {"b": "2"}),
        ("POST", "", {"b": None}, None, {"b": None}),
        ("PATCH", "", {"b": "2"}, {"a": "1"}, {"a": "1", "b": "2"}),
        ("PATCH", "", {"a": "2"}, {"a": "1"}, {"a": "2"}),
        ("PATCH", "", {"a": "2"}, None, {"a": "2"}),
        ("DELETE", "", None, {"a": "1"}, None),
        ("DELETE", "", None, {}, None),
        ("DELETE", "/a", None, {"a": "1", "b": "2"}, {"b": "2"}),
        ("DELETE", "/a/b", None, {"a/b": "1"}, {}),
    ],
)
def test_what_is_kept(method: str, path: str, given: Any, stored: Pairs, kept: Pairs) -> None:
    engine = Memory()
    body: Any = {} if given is None else {"json": {"metadata": given}}
    answer = send_request(
        application(stored, engine), method, f"/things/{SOME}/metadata{path}", **body
    )
    assert (answer.status_code, answer.json()) == (200, kept)
    assert len(engine.performed) == 1


@pytest.mark.parametrize(
    ("method", "path", "stored", "answered"),
    [
        ("DELETE", f"/things/{SOME}/metadata", None, "404 metadata"),
        ("DELETE", "/things/x/metadata", {"a": "1"}, "404 row"),
        ("PATCH", "/things/x/metadata", {"a": "1"}, "404 row"),
        ("POST", "/things/x/metadata", {"a": "1"}, "404 row"),
        ("DELETE", "/things/x/metadata/a", {"a": "1"}, "404 row"),
    ],
)
def test_what_is_not_there(method: str, path: str, stored: Pairs, answered: str) -> None:
    engine = Memory()
    body: Any = {} if method == "DELETE" else {"json": {"metadata": {}}}
    assert send_request(application(stored, engine), method, path, **body).text == answered
    assert engine.performed == []


def test_the_routes_ask_for_the_scope_and_for_storable_texts() -> None:
    app = application({}, Memory())
    path, body = f"/things/{SOME}/metadata", {"metadata": {"a": "\0"}}
    assert send_request(app, "POST", path, "a:read", json=body).status_code == 403
    assert send_request(app, "POST", path, json=body).status_code == 422


# ---------------------------------------------------------------- entries of a list


class Given(NamedTuple):
    id: str | None
    key: str | None
    value: str | None


def test_entries_are_matched_by_id_and_the_others_go() -> None:
    stored = [{"own_id": "1", "key": "a"}, {"own_id": "2", "key": "b"}]
    given = [Given("2", "c", "v"), Given(None, "d", "v"), Given("9", "e", "v")]

    def entry(before: Mapping[str, Any] | None, one: Given) -> dict[str, Any]:
        return {**(before or {"own_id": "new"}), "key": one.key}

    assert merge_entries(stored, given, entry, "own_id") == [
        {"own_id": "2", "key": "c"},
        {"own_id": "new", "key": "d"},
        {"own_id": "new", "key": "e"},
    ]


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([("a", "1"), ("b", "2")], []),
        ([("", "1"), ("b", None)], [Fault(0, "key", "missing"), Fault(1, "value", "missing")]),
        ([("abc", "12345")], [Fault(0, "key", "long"), Fault(0, "value", "long")]),
        ([("a", "1"), ("a", "2")], [Fault(None, "key", "repeated")]),
        ([("a", "1"), ("b", "1"), ("c", "1")], [Fault(None, "metadata", "many")]),
    ],
)
def test_every_fault_of_entries(pairs: list[tuple[Any, Any]], found: list[Fault]) -> None:
    assert list(find_faults(pairs, Limits(most=2, longest_key=2, longest_value=4))) == found
