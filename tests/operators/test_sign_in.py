"""The sign-in as the engine's callers run it, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import pytest
from argon2 import PasswordHasher

from operators.conftest import Engines
from operators.staff import PASSWORD, Staff, visitor
from operators.test_second_factor import code_at, switched_on
from polaris.engine import new_id
from polaris.operators import account, administration, passwords, sign_in
from polaris.operators.operator import Operator
from polaris.operators.refusals import (
    LinkExpired,
    NoSuchOperator,
    PasswordTooShort,
    SignInExpired,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from polaris.operators.roles import Role
from polaris.operators.sessions import (
    OperatorSession,
    Stage,
    Visitor,
    find_session,
    list_sessions,
    principal_of,
)
from polaris.operators.sign_in import Entered
from polaris.serving.async_engine import AsyncEngine
from polaris.store.operators import run

P = ParamSpec("P")
T = TypeVar("T")


class Run(Protocol):
    """Runs a function with an engine, in an event loop of its own, to its end."""

    def __call__(
        self,
        function: Callable[Concatenate[AsyncEngine, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T: ...


NEW = "a new password of mine"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed sign-in need not take its usual time here."""
    monkeypatch.setattr(sign_in, "FAILURE_SECONDS", 0)


@pytest.fixture
def on_engine(engines: Engines) -> Run:
    def run_with_engine(
        function: Callable[Concatenate[AsyncEngine, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        async def running() -> T:
            async with engines() as engine:
                return await function(engine, *args, **kwargs)

        return asyncio.run(running())

    return run_with_engine


def somewhere(at: datetime | None = None) -> Visitor:
    """A browser at an address that no other test uses."""
    return visitor(new_id(), at)


def session(staff: Staff, entered: Entered) -> OperatorSession | None:
    """Return the session of a token, if it is signed in."""
    with staff.database.connect() as connection:
        found = find_session(connection, entered.token, datetime.now(UTC))
    return principal_of(*found, entered.token) if found else None


def enter(on_engine: Run, operator: Operator, password: str = PASSWORD) -> Entered:
    return on_engine(sign_in.sign_in, operator.email, password, somewhere())


def test_the_right_password_signs_in(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire(Role.VIEWER)
    where = somewhere()
    entered = on_engine(sign_in.sign_in, f" {operator.email.upper()} ", PASSWORD, where)
    found = session(staff, entered)
    assert found is not None
    assert (found.operator_id, found.tenant_id, found.role) == (
        operator.id,
        staff.tenant_id,
        Role.VIEWER,
    )
    assert (found.actor, found.administrator) == (f"operator:{operator.email}", False)
    assert staff.audited(operator)[1:] == [("SignIn", operator.actor, "done")]


def test_every_failure_looks_the_same(staff: Staff, on_engine: Run) -> None:
    operator, disabled, idle = staff.hire(), staff.hire(), staff.hire()
    with staff.database.connect() as connection:
        administration.disable(connection, disabled, "test")
        administration.withdraw_role(connection, idle, staff.tenant_id, "test")
    for email, password in (
        (operator.email, "wrong"),
        (disabled.email, PASSWORD),
        (idle.email, PASSWORD),
        (f"{new_id()}@example.com", PASSWORD),
        ("", ""),
        ("nul\0@example.com", "\0"),
        ("x" * 10_000, "y"),
    ):
        with pytest.raises(WrongCredentials):
            on_engine(sign_in.sign_in, email, password, somewhere())
    [_, (command, actor, outcome)] = staff.audited(operator)
    assert (command, outcome) == ("SignIn", "refused") and actor.startswith("address:")


def test_a_crowd_of_guesses_gets_five_checks(staff: Staff, engines: Engines) -> None:
    """They are counted before they are checked, so none slips through beside the others."""
    operator = staff.hire()

    async def guess(engine: AsyncEngine) -> type[Exception] | None:
        try:
            await sign_in.sign_in(engine, operator.email, "wrong", somewhere())
        except (WrongCredentials, TooManyAttempts) as refusal:
            return type(refusal)
        return None

    async def crowd() -> list[type[Exception] | None]:
        async with engines() as engine:
            return await asyncio.gather(*(guess(engine) for _ in range(12)))

    answers = asyncio.run(crowd())
    assert (answers.count(WrongCredentials), answers.count(TooManyAttempts)) == (5, 7)


def test_after_five_failures_the_right_password_has_to_wait(staff: Staff, on_engine: Run) -> None:
    operator, now = staff.hire(), datetime.now(UTC)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            on_engine(sign_in.sign_in, operator.email, "wrong", somewhere(now))
    with pytest.raises(TooManyAttempts) as refused:
        on_engine(sign_in.sign_in, operator.email, PASSWORD, somewhere(now))
    assert refused.value.retry_after_seconds == 1
    later = somewhere(now + timedelta(seconds=1))
    assert on_engine(sign_in.sign_in, operator.email, PASSWORD, later)


def test_an_outdated_hash_is_replaced(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with staff.database.connect() as connection:
        run(connection, "set_password", operator_id=operator.id, password_hash=weak)
    enter(on_engine, operator)
    stored = staff.stored(operator).password_hash
    assert stored and not passwords.is_outdated(stored) and passwords.matches(stored, PASSWORD)


# ---------------------------------------------------------------- the second factor


def test_with_a_second_factor_the_password_is_half_the_way(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    secret, codes = switched_on(staff, operator)
    half = enter(on_engine, operator)
    assert half.stage is Stage.SECOND_FACTOR and session(staff, half) is None
    code = code_at(secret, datetime.now(UTC))
    whole = on_engine(sign_in.give_code, half.token, code, somewhere())
    assert whole.stage is Stage.SIGNED_IN and whole.token != half.token
    assert session(staff, whole) is not None
    with pytest.raises(SignInExpired):
        on_engine(sign_in.give_code, half.token, codes[0], somewhere())


def test_the_step_after_the_password_lasts_ten_minutes(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    _, codes = switched_on(staff, operator)
    half = enter(on_engine, operator)
    late = somewhere(datetime.now(UTC) + timedelta(minutes=10))
    with pytest.raises(SignInExpired):
        on_engine(sign_in.give_code, half.token, codes[0], late)


def test_wrong_codes_have_to_wait_and_the_password_does_not_help(
    staff: Staff, on_engine: Run
) -> None:
    operator = staff.hire()
    _, codes = switched_on(staff, operator)
    now = datetime.now(UTC)
    for _ in range(5):
        half = enter(on_engine, operator)
        with pytest.raises(WrongCode):
            on_engine(sign_in.give_code, half.token, "nothing", somewhere(now))
    half = enter(on_engine, operator)
    with pytest.raises(TooManyAttempts):
        on_engine(sign_in.give_code, half.token, codes[0], somewhere(now))
    outcomes = [line[::2] for line in staff.audited(operator)]
    assert outcomes.count(("SignIn", "refused")) == 5


# ---------------------------------------------------------------- links


def test_a_link_sets_the_password_once_and_ends_all_sessions(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    before = enter(on_engine, operator)
    link = staff.link(operator).removeprefix("/set-password/")
    with pytest.raises(PasswordTooShort):
        on_engine(sign_in.set_password, link, "short", somewhere())
    entered = on_engine(sign_in.set_password, link, NEW, somewhere())
    assert session(staff, entered) is not None and session(staff, before) is None
    with pytest.raises(LinkExpired):
        on_engine(sign_in.set_password, link, NEW, somewhere())
    with pytest.raises(WrongCredentials):
        enter(on_engine, operator)
    assert enter(on_engine, operator, NEW)


def test_a_link_expires_and_a_newer_one_replaces_it(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    first, second = (staff.link(operator).removeprefix("/set-password/") for _ in range(2))
    late = somewhere(datetime.now(UTC) + timedelta(hours=24))
    for link, when in ((first, somewhere()), (second, late), ("", somewhere())):
        with pytest.raises(LinkExpired):
            on_engine(sign_in.set_password, link, NEW, when)
    assert on_engine(sign_in.set_password, second, NEW, somewhere())


def test_a_link_does_not_replace_the_second_factor(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    switched_on(staff, operator)
    link = staff.link(operator).removeprefix("/set-password/")
    entered = on_engine(sign_in.set_password, link, NEW, somewhere())
    assert entered.stage is Stage.SECOND_FACTOR


# ---------------------------------------------------------------- provider and account


def test_the_provider_signs_in_only_operators(staff: Staff, on_engine: Run) -> None:
    operator, disabled = staff.hire(), staff.hire()
    with staff.database.connect() as connection:
        administration.disable(connection, disabled, "test")
    entered = on_engine(sign_in.sign_in_by_provider, operator.email.upper(), somewhere())
    assert session(staff, entered) is not None
    for email in (disabled.email, f"{new_id()}@example.com"):
        with pytest.raises(NoSuchOperator):
            on_engine(sign_in.sign_in_by_provider, email, somewhere())


def test_a_new_password_ends_the_other_sessions(staff: Staff, on_engine: Run) -> None:
    operator = staff.hire()
    here, elsewhere = enter(on_engine, operator), enter(on_engine, operator)
    signed_in = session(staff, here)
    assert signed_in

    with pytest.raises(WrongPassword):
        on_engine(account.change_password, signed_in, "wrong", NEW, somewhere())
    with pytest.raises(PasswordTooShort):
        on_engine(account.change_password, signed_in, PASSWORD, "short", somewhere())
    assert session(staff, elsewhere) is not None
    on_engine(account.change_password, signed_in, PASSWORD, NEW, somewhere())
    assert session(staff, here) is not None and session(staff, elsewhere) is None
    with staff.database.connect() as connection:
        assert len(list_sessions(connection, operator.id, datetime.now(UTC))) == 1
    assert ("SetPassword", operator.actor, "done") in staff.audited(operator)
