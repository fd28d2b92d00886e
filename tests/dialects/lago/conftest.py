"""The vendor's own client, and the books behind it, on the server that all dialect tests share."""

from collections.abc import Iterator
from typing import Any

import pytest

from cli.terminal import Serving
from dialects.lago.books import Books
from faults.world import opened


@pytest.fixture(scope="module")
def shared(database_url: str, serving: Serving) -> Iterator[Books]:
    """One tenant for a whole test file."""
    with opened(database_url) as database:
        yield Books(database, serving.url)


@pytest.fixture
def books(database_url: str, serving: Serving) -> Iterator[Books]:
    """A fresh tenant on the shared server; its proofs must hold when the test has ended."""
    with opened(database_url) as database:
        books = Books(database, serving.url)
        yield books
        books.check_proofs()


@pytest.fixture
def client(books: Books) -> Any:
    """The vendor's client, unmodified, with the fresh tenant's key."""
    return books.client
