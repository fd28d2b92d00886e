"""What a person must look at is a task, until it is resolved by a person or by a later event."""

import pytest

from core.asks import after, steps, told
from core.world import NOON, World
from polaris.core.facts.task import Task

SENT_BACK = "The money of a refund was sent back."
CONVERTED = "A refund was given as credit instead of money."
FAILED = ("spare", "refund", "report_refund state=failed")


def opened(world: World) -> list[tuple[str, str, int | None, str | None]]:
    """Kind, subject, amount and currency of each open task."""
    tasks = [task for task in world.all(Task) if task.resolved_at is None]
    return [(task.kind, task.subject_id, task.amount_minor, task.currency) for task in tasks]


@pytest.mark.parametrize(
    ("so_far", "expected"),
    [
        # An invoice of 1,200, paid: the task names what was given back.
        ("paid; void refund=1200; lose", [("double_return", "inv", 1200, "EUR")]),
        ("paid; void refund=1; lose", [("double_return", "inv", 1, "EUR")]),
        ("paid; lose; void credit=500", [("double_return", "inv", 500, "EUR")]),
        ("paid; void refund=1200; report state=reversed", [("double_return", "pay", 1200, "EUR")]),
        ("spare; refund; report state=reversed", [("double_return", "pay", 100, "EUR")]),
        ("paid; void; lose", []),
        ("paid; void; report state=reversed", []),
        # A refund of 100 of unused money.
        ("spare; refund", []),
        ("spare; refund; report_refund state=failed", [("refund_failed", "refund", 100, "EUR")]),
        (
            "spare; refund; report_refund; report_refund state=failed",
            [("refund_failed", "refund", 100, "EUR")],
        ),
        ("spare; refund; report_refund state=failed; report_refund", []),
        ("spare; refund; report_refund state=failed; report_refund state=pending", []),
        ("spare; refund; report_refund state=failed; convert", []),
    ],
)
def test_what_a_person_must_look_at(
    so_far: str, expected: list[tuple[str, str, int | None, str | None]]
) -> None:
    assert opened(after(*(step.strip() for step in so_far.split(";")))) == expected


def test_each_event_opens_its_own_task() -> None:
    """After a lost dispute every further refund is given back for nothing."""
    world = after("paid", "lose", "credit credit=0 refund=600", "void refund=600")
    suspected = [one.id for one in world.events if one.kind == "invoice.double_return_suspected"]
    tasks = world.all(Task)
    assert [task.event_id for task in tasks] == suspected
    assert [task.amount_minor for task in tasks] == [600, 1200]


@pytest.mark.parametrize(
    ("later", "resolution"),
    [
        ("report_refund", SENT_BACK),
        ("convert", CONVERTED),
        ("report_refund state=pending", "The payment provider has accepted a refund."),
    ],
)
def test_a_refund_that_did_not_fail_after_all_needs_nobody(later: str, resolution: str) -> None:
    world = after(*FAILED)
    world.wait(hours=1)
    decision = world.perform(told(later))
    [task] = world.all(Task)
    assert (task.resolved_at, task.resolved_by, task.resolution) == (
        decision.at,
        "system",
        resolution,
    )
    assert decision.events[-1].kind == "task.resolved"


def test_a_refund_that_fails_again_is_looked_at_again() -> None:
    world = after(*FAILED, "report_refund", "report_refund state=failed")
    assert [task.resolved_at is None for task in world.all(Task)] == [False, True]


def test_a_person_resolves_a_task() -> None:
    world = after(*FAILED)
    assert [event.kind for event in world.events[-2:]] == ["refund.failed", "task.opened"]
    decision = world.decision()
    decision.actor = "ada"
    decision.resolve_task(world.all(Task)[0], "Paid by hand.")
    [task] = decision.rows[Task].values()
    assert isinstance(task, Task)
    assert (task.resolved_at, task.resolved_by, task.resolution) == (NOON, "ada", "Paid by hand.")
    [event] = decision.events
    assert (event.kind, event.subject, event.customer_id) == ("task.resolved", "task", "c1")
    assert event.before is not None
    assert event.before["resolved_at"] is None


def test_a_task_that_a_person_resolved_is_not_resolved_again() -> None:
    world = after(*FAILED, "resolve")
    [before] = world.all(Task)
    decision = world.perform(told(steps("report_refund")[0]))
    assert world.all(Task) == [before]
    assert [event.kind for event in decision.events] == ["refund.settled"]
