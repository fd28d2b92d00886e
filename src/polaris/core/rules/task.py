"""Requirements about tasks. Each sentence states what must hold."""

from polaris.core import refusals
from polaris.core.commands import ResolveTask
from polaris.core.rules.requirement import Case, Details, requires, unless


@requires(refusals.TaskResolved)
def task_open(case: Case[ResolveTask]) -> Details | None:
    """The task has not been resolved."""
    return unless(case.task.resolved_at is None, id=case.task.id)


@requires(refusals.ValueMissing)
def resolution_said(case: Case[ResolveTask]) -> Details | None:
    """The resolution is not empty."""
    return unless(bool(case.command.resolution.strip()), field="resolution")


RESOLVE = (task_open, resolution_said)
