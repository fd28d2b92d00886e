"""A request repeated with its key is done once and gets the same answer, even after a crash."""

import asyncio
import re
from datetime import timedelta
from typing import Annotated, Any

import psycopg
import pytest
from fastapi import Depends, FastAPI, Response

from api.seed import ACCESS, Call, Memory, SeedError, seed, send_request
from polaris.api.body_limit import Limited
from polaris.api.idempotency import LONGEST_KEY, KeyedCall, fingerprint
from polaris.core import refusals
from polaris.core.commands import CollectInvoice, FinalizeInvoice
from polaris.core.commands.text import ID
from polaris.core.fold import Outcome, Request
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.serving.write_batches import ShuttingDown
from polaris.store.idempotency_keys import Claim, KeptAnswer

SOME = "0198c0de-0000-7000-8000-000000000000"
KEY = {"Seed-Key": "k1"}
MARK = "seed-replayed"

Writes = Annotated[Call, Depends(ACCESS.may(KeyScope.WRITE, "thing"))]


@pytest.fixture
def engine() -> Memory:
    return Memory()


@pytest.fixture
def app(engine: Memory) -> FastAPI:
    app = seed(engine)
    app.state.calls, app.state.raised = 0, None

    @app.api_route("/things", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def things(call: Writes) -> Response:
        app.state.calls += 1
        if app.state.raised:
            raise app.state.raised
        made = call.new_id()
        await call.perform(CollectInvoice(invoice_id=made))
        text = f"{made} {app.state.calls}"
        return Response(text, 201, {"X-Own": "1"}, media_type="text/csv")

    @app.post("/checks")
    async def checks(call: Writes) -> str:
        """A route that itself refuses what is already done."""
        if engine.performed:
            raise SeedError(409, "done")
        await call.perform(CollectInvoice(invoice_id=call.new_id()))
        return "done"

    return app


def post(app: Any, path: str = "/things", headers: Any = KEY, **asked: Any) -> Any:
    return send_request(app, "POST", path, headers=headers, **asked)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_second_answer_is_the_first(app: FastAPI, engine: Memory, method: str) -> None:
    first, second = (send_request(app, method, "/things", headers=KEY) for _ in range(2))
    assert (first.status_code, first.headers.get(MARK)) == (201, None)
    assert (second.status_code, second.headers[MARK]) == (201, "yes")
    assert second.content == first.content
    assert second.headers["content-type"] == first.headers["content-type"]
    assert first.headers["x-own"] == "1"
    assert (app.state.calls, len(engine.performed)) == (1, 1)


def test_an_answer_is_stored_when_nobody_can_write_into_the_closed_period(
    app: FastAPI, engine: Memory
) -> None:
    """Until then a repetition asks the engine again, which waits again."""
    left = iter([2, 1, 0])
    engine.outcome = lambda asked: Outcome(request_id=asked.id, writers_left=next(left))
    answers = [post(app) for _ in range(4)]
    assert [one.text.split()[1] for one in answers] == ["1", "2", "3", "3"]
    assert [one.headers.get(MARK) for one in answers] == [None, "yes", "yes", "yes"]
    assert len(engine.performed) == 1


@pytest.mark.parametrize("headers", [{}, {"Seed-Key": ""}, {"Other-Key": "k1"}])
def test_without_a_key_nothing_is_repeated(app: FastAPI, engine: Memory, headers: Any) -> None:
    first, second = (post(app, headers=headers) for _ in range(2))
    assert (len(engine.performed), engine.claims) == (2, {})
    assert first.content != second.content
    assert {one.key for one in engine.performed} == {None}
    assert MARK not in second.headers


def test_what_is_read_takes_no_key(app: FastAPI, engine: Memory) -> None:
    send_request(app, "GET", "/things", headers=KEY)
    assert engine.claims == {}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/things", {"content": b"other"}),
        ("/things?a=1", {}),
        ("/checks", {}),
    ],
)
def test_something_else_under_the_key_is_refused(
    app: FastAPI, engine: Memory, path: str, asked: Any
) -> None:
    post(app)
    other = post(app, path, **asked)
    assert other.text == "422 {'idempotency_key': ['reused']}"
    assert (len(engine.performed), MARK in other.headers) == (1, False)
    assert send_request(app, "PUT", "/things", headers=KEY).status_code == 422


def test_a_key_is_of_one_tenant(app: FastAPI, engine: Memory) -> None:
    ours, theirs = post(app), post(app, key="b", content=b"other")
    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert ours.text.split()[0] != theirs.text.split()[0]
    assert len(engine.performed) == 2


def test_a_refusal_stands_too(app: FastAPI, engine: Memory) -> None:
    engine.outcome = lambda one: Outcome(request_id=one.id, refusals=(refusals.NotFound(),))
    first = post(app)
    engine.outcome = lambda one: Outcome(request_id=one.id)
    second = post(app)
    assert (first.text, second.text) == ("404 {'all': ['absent']}",) * 2
    assert (MARK in first.headers, second.headers[MARK]) == (False, "yes")


def test_a_refusal_by_the_route_itself_stands_too(app: FastAPI) -> None:
    app.state.raised = SeedError(409, "early")
    post(app)
    app.state.raised = None
    assert post(app).text == "409 early"


@pytest.mark.parametrize("raised", [ZeroDivisionError(), ShuttingDown(), SeedError(503)])
def test_a_fault_is_no_answer(app: FastAPI, raised: Exception) -> None:
    app.state.raised = raised
    assert post(app).status_code in (500, 503)
    app.state.raised = None
    again = post(app)
    assert (again.status_code, MARK in again.headers) == (201, False)


def test_who_is_not_let_in_leaves_no_answer(app: FastAPI, engine: Memory) -> None:
    assert post(app, key=None).status_code == 401
    assert engine.claims == {}
    assert post(app, key="a:read").status_code == 403
    # The tenant of another key of the name `a`.
    assert post(app, key="a:write").status_code == 201


@pytest.mark.parametrize("away", [psycopg.OperationalError(), ShuttingDown()])
def test_nobody_is_known_while_the_database_is_away(
    app: FastAPI, engine: Memory, away: Exception
) -> None:
    engine.away = away
    assert post(app).text == "503"


@pytest.mark.parametrize(
    ("key", "answered"),
    [("k" * LONGEST_KEY, 201), ("k" * (LONGEST_KEY + 1), "422 {'idempotency_key': ['long']}")],
)
def test_how_long_a_key_may_be(app: FastAPI, key: str, answered: Any) -> None:
    answer = post(app, headers={"Seed-Key": key})
    assert answered in (answer.status_code, answer.text)


# ---------------------------------------------------------------- crashes and twins


def forget_answers(engine: Memory) -> None:
    """Simulates a server that dies between the commit and the answer."""
    engine.claims = {key: one._replace(answer=None) for key, one in engine.claims.items()}


def test_after_a_crash_the_same_commands_are_asked_again(app: FastAPI, engine: Memory) -> None:
    first = post(app)
    forget_answers(engine)
    again = post(app)
    assert first.text.split()[0] == again.text.split()[0]
    assert (again.headers[MARK], len(engine.performed)) == ("yes", 1)
    assert post(app).content == again.content


def test_who_is_overtaken_by_a_twin_gets_its_answer(app: FastAPI, engine: Memory) -> None:
    """The route refuses what its twin has done. The caller gets the twin's answer."""
    post(app, "/checks")
    ((key, claimed),) = engine.claims.items()
    forget_answers(engine)

    async def late() -> None:
        await asyncio.sleep(0.1)
        engine.claims[key] = claimed

    reading = engine.read

    async def read(*args: Any, **named: Any) -> Any:
        if not tasks:
            tasks.append(asyncio.create_task(late()))
        return await reading(*args, **named)

    tasks: list[Any] = []
    engine.read = read  # type: ignore[method-assign]  # the answer is on its way
    again = post(app, "/checks")
    assert (again.text, again.headers[MARK]) == ('"done"', "yes")


def test_a_twin_that_never_answers_is_not_waited_for_long(
    app: FastAPI, engine: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polaris.api.idempotency.TWIN_PATIENCE", timedelta(seconds=0.05))
    post(app, "/checks")
    forget_answers(engine)
    assert post(app, "/checks").text == "409 done"
    assert [one.answer for one in engine.claims.values()] == [None]  # it may not be the truth


def test_the_first_of_two_answers_is_given_to_both(app: FastAPI, engine: Memory) -> None:
    performing = engine.outcome

    def outcome(request: Request) -> Outcome:
        tenant, key = next(iter(engine.claims))
        engine.keep_answer(tenant, key, KeptAnswer(201, "text/plain", b"twin"))
        return performing(request)

    engine.outcome = outcome
    first = post(app)
    assert (first.text, first.headers[MARK]) == ("twin", "yes")


# ---------------------------------------------------------------- what is derived, what is read


def keyed(key: str = "k", tenant_id: str = "t", at: Any = None) -> KeyedCall:
    return KeyedCall(tenant_id, key, Claim("f", at or now(), first=True))


def test_ids_follow_from_tenant_key_and_order() -> None:
    at = now()
    ids = [keyed(at=at).new_id(), keyed(tenant_id="u", at=at).new_id(), keyed("l", at=at).new_id()]
    one = keyed(at=at)
    assert [one.new_id(), one.new_id()][0] == ids[0]
    assert len({*ids, *(keyed(at=at).new_id() for _ in range(3))}) == 3
    assert all(ID.fullmatch(each) for each in ids)
    assert all(re.fullmatch(r".{14}7.{4}[89ab].*", each) for each in ids)
    assert int(ids[0].replace("-", "")[:12], 16) == int(at.timestamp() * 1000)


def test_commands_of_one_kind_are_counted() -> None:
    """More or fewer commands before it do not change the key of a command of another kind."""
    collect, finalize = CollectInvoice(invoice_id=SOME), FinalizeInvoice(invoice_id=SOME)
    call = keyed()
    keys = [call.command_key(one) for one in (collect, finalize, collect)]
    assert keys == ["k/CollectInvoice/0", "k/FinalizeInvoice/0", "k/CollectInvoice/1"]


def test_the_parts_of_what_is_asked_do_not_run_together() -> None:
    def mark(path: str, query: bytes, body: bytes) -> str:
        return fingerprint({"method": "POST", "path": path, "query_string": query}, body)

    marks = [
        mark("/a", b"", b"b"),
        mark("/ab", b"", b""),
        mark("/a", b"b", b""),
        mark("/a", b"", b""),
    ]
    assert len(set(marks)) == 4
    assert mark("/a", b"", b"b") == marks[0]


def test_a_body_past_the_limit_is_refused_as_without_a_key(app: FastAPI) -> None:
    @app.post("/read")
    async def read(call: Writes, body: dict[str, int]) -> int:
        return len(body)

    limited = Limited(app, 10, SeedError(413).response())

    async def pieces() -> Any:
        for _ in range(5):
            yield b'{"a": 1}  '

    assert post(limited, "/read", content=pieces()).text == "413"
    assert post(limited, "/read", json={"a": 1}).text == "1"
