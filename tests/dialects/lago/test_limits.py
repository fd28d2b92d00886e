"""The largest body of a call; a server without a limit can run out of memory."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dialects.lago.books import Books
from polaris.dialects.lago.app import MOST_BYTES

TOO_LARGE = {"status": 413, "error": "Content Too Large"}


def whole(size: int) -> bytes:
    """Return a valid body of this many bytes."""
    body = b'{"customer": {"external_id": "cust_1", "name": "Ada"}}'
    return body + b" " * (size - len(body))


def in_pieces(size: int) -> Iterator[bytes]:
    """Yield the same body in pieces, without a Content-Length."""
    body = whole(size)
    yield from (body[at : at + 65536] for at in range(0, size, 65536))


@pytest.mark.parametrize("body", [whole, in_pieces])
@pytest.mark.parametrize(
    ("size", "status"), [(MOST_BYTES, 200), (MOST_BYTES + 1, 413), (9 * MOST_BYTES, 413)]
)
def test_a_body_has_a_largest_size(
    shared: Books, body: Callable[[int], Any], size: int, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = shared.http("POST", "/customers", content=body(size), headers=headers)
    assert answer.status_code == status
    if status == 413:
        assert answer.json() == TOO_LARGE


@pytest.mark.parametrize(("method", "path"), [("POST", "/nowhere"), ("GET", "/customers")])
def test_a_body_that_nobody_reads_too(shared: Books, method: str, path: str) -> None:
    answer = shared.http(method, path, content=whole(MOST_BYTES + 1))
    assert answer.json() == TOO_LARGE
