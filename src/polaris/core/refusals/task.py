"""Refusals about tasks."""

from polaris.core.refusals.base import Refusal


class TaskResolved(Refusal):
    """The task is already resolved."""

    instead = "Nothing is left to do; read the task to see how it was resolved."
    nothing_to_do = True
