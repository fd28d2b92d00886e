"""Rules as text: what was done so far, what is asked, and by which refusals; `-` means allowed."""

from typing import NamedTuple

from core.asks import after, told
from core.proofs import failures
from core.world import World
from polaris.core.commands import Command


class Row(NamedTuple):
    """One line of a table."""

    so_far: tuple[str, ...]
    asked: str
    refused: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'; '.join(self.so_far)} | {self.asked}"

    @property
    def command(self) -> Command:
        """What is asked."""
        return told(self.asked.removeprefix("clerk "))


def rows(table: str) -> list[Row]:
    """The rows of a table, its head left out. `=` stands for the cell above."""
    found: list[Row] = []
    for text in table.strip().splitlines()[1:]:
        so_far, asked, refused = (cell.strip() for cell in text.split("|"))
        steps = tuple(step.strip() for step in so_far.split(";") if step.strip())
        codes = () if refused == "-" else tuple(refused.split())
        found.append(Row(found[-1].so_far if so_far == "=" else steps, asked, codes))
    return found


def expect(row: Row) -> World:
    """The command is refused as the row says, and then nothing has changed."""
    world = after(*row.so_far)
    before = world.rows()
    refused = world.refused(row.command, administrator=not row.asked.startswith("clerk "))
    assert tuple(dict.fromkeys(refused)) == row.refused
    assert failures(world.facts) == []
    if refused:
        assert world.rows() == before
    return world
