"""Commands about tasks."""

from polaris.core.commands.base import Command


class ResolveTask(Command, frozen=True, kw_only=True):
    """Resolve a task: a person has looked at it, and nothing more needs to be done."""

    task_id: str
    resolution: str  # what was found or done
