"""Resolve tasks."""

from polaris.core.commands import ResolveTask
from polaris.core.decision import Decision
from polaris.core.facts.task import Task


def resolve(decision: Decision, command: ResolveTask) -> None:
    """Resolve a task with what a person found or did."""
    decision.resolve_task(decision.the(Task, command.task_id), command.resolution)
