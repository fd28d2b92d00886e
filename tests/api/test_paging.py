"""Pages and the ways to give a parameter more than once."""

import pytest
from fastapi import Request

from polaris.api.paging import Page, bracketed_pairs, page_of, repeated_values


@pytest.mark.parametrize(
    ("page", "per_page", "found"),
    [
        (1, 20, Page(1, 20)),
        (0, 20, Page(1, 20)),
        (-5, 0, Page(1, 10)),
        (3, -1, Page(3, 10)),
        (3, 51, Page(3, 50)),
        (10**30, 50, Page(10**9, 50)),
    ],
)
def test_which_page_is_asked_for(page: int, per_page: int, found: Page) -> None:
    assert page_of(page, per_page, default=10, largest=50) == found


@pytest.mark.parametrize(
    ("page", "total", "offset", "pages", "following", "previous"),
    [
        (1, 0, 0, 0, None, None),
        (1, 10, 0, 1, None, None),
        (1, 11, 0, 2, 2, None),
        (2, 11, 10, 2, None, 1),
        (9, 11, 80, 2, None, 8),
    ],
)
def test_what_lies_around_a_page(
    page: int, total: int, offset: int, pages: int, following: int | None, previous: int | None
) -> None:
    one = Page(page, 10)
    assert (one.offset, one.pages(total)) == (offset, pages)
    assert (one.following(total), one.previous()) == (following, previous)


def request_with_query(query: str) -> Request:
    return Request({"type": "http", "headers": [], "query_string": query.encode()})


def test_a_parameter_given_more_than_once() -> None:
    request = request_with_query("b=3&a[]=1&a=2&a=&a[]=4&c=5&aa=6")
    assert repeated_values(request, "a") == ["2", "1", "4"]
    assert repeated_values(request, "b", "a") == ["3", "2", "1", "4"]
    assert repeated_values(request, "d") == []


def test_a_parameter_with_a_key_in_brackets() -> None:
    request = request_with_query("m[x]=1&m[y]=&m[]=2&m=3&mm[z]=4&m[x]=5&m[a]b=6")
    assert list(bracketed_pairs(request, "m")) == [("x", "1"), ("y", ""), ("x", "5")]
    assert list(bracketed_pairs(request, ".")) == []
