"""Progress reports of an import."""

from typing import Protocol, Self

from rich import progress as bars
from rich.console import Console
from rich.text import Text


class Progress(Protocol):
    """Receives the phase of the import, and how much of it is done."""

    def begin(self, phase: str) -> None:
        """Start a phase, and end the previous one."""

    def advance(self, rows: int, documents: int, share: float) -> None:
        """Add rows and documents, and set the share of the phase that is done (0 to 1)."""


class Silent:
    """Reports nothing."""

    def begin(self, phase: str) -> None:
        pass

    def advance(self, rows: int, documents: int, share: float) -> None:
        pass


class Rate(bars.ProgressColumn):
    """Rows per second since the phase began."""

    def render(self, task: bars.Task) -> Text:
        seconds = task.elapsed or 0.0
        rate = task.fields["rows"] / seconds if seconds else 0
        return Text(f"{rate:,.0f} rows/s", style="progress.data.speed")


class RichProgress:
    """A bar for each phase, with rows, documents, rate and time left. A context manager."""

    def __init__(self, console: Console) -> None:
        self._bar = bars.Progress(
            bars.TextColumn("{task.description:<14}"),
            bars.BarColumn(),
            bars.TaskProgressColumn(),
            bars.TextColumn("{task.fields[rows]:>9,} rows"),
            bars.TextColumn("{task.fields[documents]:>7,} documents"),
            Rate(),
            bars.TimeRemainingColumn(compact=True),
            console=console,
        )
        self._task: bars.Task | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, phase: str) -> None:
        """Start the bar of a phase, and fill the previous one."""
        self._fill()
        task_id = self._bar.add_task(phase.capitalize(), total=1.0, rows=0, documents=0)
        self._task = next(task for task in self._bar.tasks if task.id == task_id)

    def advance(self, rows: int, documents: int, share: float) -> None:
        """Move the bar of the current phase."""
        if task := self._task:
            self._bar.update(
                task.id,
                completed=share,
                rows=task.fields["rows"] + rows,
                documents=task.fields["documents"] + documents,
            )

    def _fill(self) -> None:
        if self._task:
            self._bar.update(self._task.id, completed=1.0)
