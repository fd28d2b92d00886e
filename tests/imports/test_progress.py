"""An import reports its progress."""

from collections.abc import Iterator
from io import StringIO

import pytest
from rich.console import Console

from imports.shop import imported, opened, shop
from polaris.imports import online_retail
from polaris.imports.progress import RichProgress
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


class Noted:
    """Records the reported progress."""

    def __init__(self) -> None:
        self.phases: dict[str, list[tuple[int, int, float]]] = {}

    def begin(self, phase: str) -> None:
        self.phases[phase] = []

    def advance(self, rows: int, documents: int, share: float) -> None:
        list(self.phases.values())[-1].append((rows, documents, share))


def test_every_row_and_document_is_reported_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online_retail, "SET_DOCUMENTS", 4)
    noted = Noted()
    imported(database, shop(database), progress=noted)
    assert list(noted.phases) == ["opening", "invoices", "cancellations"]
    told = [step for steps in noted.phases.values() for step in steps]
    assert sum(rows for rows, _, _ in told) == 46
    assert sum(documents for _, documents, _ in told) == 35
    for steps in noted.phases.values():
        shares = [share for _, _, share in steps]
        assert shares == sorted(shares)
        assert all(0 <= share <= 1 for share in shares)


def test_the_bar_shows_phase_rows_documents_and_rate(database: Database) -> None:
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=120)
    with RichProgress(console) as progress:
        imported(database, shop(database), progress=progress)
    drawn = screen.getvalue()
    for words in ("Invoices", "Cancellations", "24 rows", "16 documents", "rows/s", "100%"):
        assert words in drawn
