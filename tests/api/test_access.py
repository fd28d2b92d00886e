"""Access: the dialect says where the credential is, and the route names the scope."""

from base64 import b64encode
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request

from api.seed import ACCESS, Call, seed, send_request
from polaris.api.access import basic_user, bearer, second_word
from polaris.keys import KeyScope


@pytest.fixture
def app() -> FastAPI:
    app = seed()

    @app.post("/things/{name:path}")
    async def thing(
        call: Annotated[Call, Depends(ACCESS.may(KeyScope.WRITE, "thing"))], name: str
    ) -> str:
        return f"{call.tenant_id} {name}"

    return app


@pytest.mark.parametrize(
    ("key", "path", "answered"),
    [
        ("a", "/things/x", '"a x"'),
        ("b:write", "/things/x", '"b x"'),
        ("b:read", "/things/x", "403 write thing"),
        (None, "/things/x", "401"),
        ("a", "/things/%00", "400 NUL"),
        ("a", "/things/x?q=%00", "400 NUL"),
        (None, "/things/%00", "400 NUL"),
    ],
)
def test_who_is_let_in(app: FastAPI, key: str | None, path: str, answered: str) -> None:
    assert send_request(app, "POST", path, key).text == answered


def request_with_header(header: str) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", header.encode())]})


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "any_scheme", "token", "user"),
    [
        ("Bearer k", "k", "k", ""),
        ("bearer  k", "k", "k", ""),
        ("Token k", "k", "", ""),
        ("k", "", "", ""),
        ("", "", "", ""),
        (basic("k:"), basic("k:").split()[1], "", "k"),
        (basic("k:pass:word"), basic("k:pass:word").split()[1], "", "k"),
        ("Basic ???", "???", "", ""),
        ("Basic /w==", "/w==", "", ""),  # no UTF-8
    ],
)
def test_where_each_scheme_looks(header: str, any_scheme: str, token: str, user: str) -> None:
    request = request_with_header(header)
    assert (second_word(request), bearer(request), basic_user(request)) == (any_scheme, token, user)
