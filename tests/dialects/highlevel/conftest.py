"""The vendor's client and the books behind it, on the server that all dialect tests share."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from dialects.highlevel.books import Books
from faults.world import opened


@pytest.fixture(scope="module")
def shared(database_url: str, serving: Serving) -> Iterator[Books]:
    """One tenant for a whole test file."""
    with opened(database_url) as database:
        books = Books(database, serving.url)
        yield books
        books.close()


@pytest.fixture
def books(database_url: str, serving: Serving) -> Iterator[Books]:
    """A fresh tenant on the shared server; its proofs must hold when the test has ended."""
    with opened(database_url) as database:
        books = Books(database, serving.url)
        yield books
        books.close()
        books.check_proofs()
