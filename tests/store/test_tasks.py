"""Tasks are written with their events, and listed page by page."""

from collections.abc import Iterator

import pytest

from faults.world import customers, done, opened, tenant
from polaris.core.commands import ReceivePayment, RequestRefund, ResolveTask, UpdateRefund
from polaris.core.facts.payment import RefundState
from polaris.core.facts.task import Task
from polaris.engine import Engine, new_id, request
from polaris.store.read.tasks import LONGEST_PAGE, TaskFilter, UnknownTask, task, tasks
from polaris.store.server.database import Database, EngineConnection


class Watched:
    """A tenant with five failed refunds of 10 to 14 minor units, each with its task."""

    def __init__(self, database: Database, connection: EngineConnection) -> None:
        self.engine, self.connection = Engine(database, connections=1), connection
        self.tenant_id, self.other_tenant_id = tenant(database), tenant(database)
        [self.customer] = customers(self.engine, self.tenant_id, 1)
        self.refunds = [self.failed(10 + number) for number in range(5)]

    def failed(self, amount_minor: int) -> str:
        """Create a refund that failed. Return its id."""
        payment_id, refund_id = new_id(), new_id()
        paid = ReceivePayment(
            payment_id=payment_id, customer_id=self.customer, currency="EUR", amount_minor=100
        )
        asked = RequestRefund(refund_id=refund_id, payment_id=payment_id, amount_minor=amount_minor)
        done(self.engine, self.tenant_id, [paid, asked, self.report(refund_id, RefundState.FAILED)])
        return refund_id

    def report(self, refund_id: str, state: RefundState) -> UpdateRefund:
        return UpdateRefund(refund_id=refund_id, state=state)

    def amounts(self, status: TaskFilter) -> list[int | None]:
        """The amounts of the listed tasks, with pages of two."""
        amounts: list[int | None] = []
        after = None
        while True:
            page = tasks(self.connection, self.tenant_id, status, 2, after)
            amounts += [one.amount_minor for one in page.tasks]
            after = page.next
            if after is None:
                return amounts

    def first(self) -> Task:
        return tasks(self.connection, self.tenant_id, limit=1).tasks[0]


@pytest.fixture
def watched(database_url: str) -> Iterator[Watched]:
    with opened(database_url) as database, database.connect() as connection:
        connection.autocommit = True
        yield Watched(database, connection)


def test_pages_add_up_to_the_list(watched: Watched) -> None:
    assert watched.amounts(TaskFilter.OPEN) == [10, 11, 12, 13, 14]
    assert watched.amounts(TaskFilter.RESOLVED) == []
    done(
        watched.engine, watched.tenant_id, [watched.report(watched.refunds[1], RefundState.SETTLED)]
    )
    assert watched.amounts(TaskFilter.OPEN) == [10, 12, 13, 14]
    assert watched.amounts(TaskFilter.RESOLVED) == [11]
    assert watched.amounts(TaskFilter.ALL) == [10, 11, 12, 13, 14]


def test_a_task_keeps_who_resolved_it_and_how(watched: Watched) -> None:
    command = ResolveTask(task_id=watched.first().id, resolution="Paid by hand.")
    [outcome] = watched.engine.perform(watched.tenant_id, [request(command, actor="ada")])
    found = task(watched.connection, watched.tenant_id, command.task_id)
    assert (found.resolved_by, found.resolution, found.version) == ("ada", "Paid by hand.", 2)
    assert [event.kind for event in outcome.events] == ["task.resolved"]
    line = watched.connection.execute(
        "select actor, command, subject_id::text, outcome from audit"
        " where tenant_id = %s and command_id = %s",
        [watched.tenant_id, outcome.request_id],
    ).fetchone()
    assert line == ("ada", "ResolveTask", command.task_id, "done")


def test_a_repeated_request_opens_no_second_task(watched: Watched) -> None:
    again = request(watched.report(watched.refunds[0], RefundState.PENDING))
    failing = request(watched.report(watched.refunds[0], RefundState.FAILED))
    for _ in range(2):
        outcomes = watched.engine.perform(watched.tenant_id, [again, failing])
        assert [one.done for one in outcomes] == [True, True]
    assert watched.amounts(TaskFilter.OPEN) == [11, 12, 13, 14, 10]
    assert watched.amounts(TaskFilter.RESOLVED) == [10]


def test_a_task_is_of_one_tenant(watched: Watched) -> None:
    named, other = watched.first().id, watched.other_tenant_id
    with pytest.raises(UnknownTask):
        task(watched.connection, other, named)
    resolving = request(ResolveTask(task_id=named, resolution="Mine."))
    [outcome] = watched.engine.perform(other, [resolving])
    assert [one.code for one in outcome.refusals] == ["not_found"]
    assert watched.first().resolved_at is None


def test_an_unknown_place_to_go_on_from(watched: Watched) -> None:
    with pytest.raises(UnknownTask):
        tasks(watched.connection, watched.tenant_id, after=new_id())
    with pytest.raises(UnknownTask):
        tasks(watched.connection, watched.tenant_id, after="no id")
    assert len(tasks(watched.connection, watched.tenant_id, limit=LONGEST_PAGE * 9).tasks) == 5
