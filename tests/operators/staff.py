"""Operators of a fresh tenant, and browsers in which they sign in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from itertools import count

import httpx

from faults import world
from polaris.engine import new_id
from polaris.operators import administration, passwords
from polaris.operators.operator import Operator, find_by_id
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE, Visitor, start_session
from polaris.operators.tokens import csrf_token
from polaris.store.operators import run
from polaris.store.server.database import Database

PASSWORD = "correct horse battery staple"
HASHED = passwords.hash_password(PASSWORD)
"""Made once, because a hash takes some 0.1 seconds."""
Form = Mapping[str, str | list[str]]
"""The fields of a form. A field with several values has a list of them."""
ADDRESSES = (f"198.51.100.{number}" for number in count(1))


def visitor(address: str = "192.0.2.7", at: datetime | None = None) -> Visitor:
    """A browser at this address."""
    return Visitor(address, "Test browser", at or datetime.now(UTC))


class Staff:
    """A fresh tenant with operators. Everything is written as the engine's callers write it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tenant_id = world.tenant(database)

    def hire(self, role: Role = Role.OPERATOR, email: str = "", tenant_id: str = "") -> Operator:
        """Add an operator whose password is PASSWORD."""
        email = email or f"{new_id()}@example.com"
        with self.database.connect() as connection:
            hired = administration.add_operator(
                connection, email, "", tenant_id or self.tenant_id, role, "test"
            )
            run(connection, "set_password", operator_id=hired.id, password_hash=HASHED)
        return self.stored(hired)

    def stored(self, operator: Operator) -> Operator:
        """Return the operator as stored now."""
        with self.database.connect() as connection:
            found = find_by_id(connection, operator.id)
        assert found
        return found

    def link(self, operator: Operator) -> str:
        """Return the path of a one-time link for the operator."""
        with self.database.connect() as connection:
            return administration.reset(connection, operator, "test")

    def token(self, operator: Operator, tenant_id: str = "", at: datetime | None = None) -> str:
        """Return the token of a new session."""
        with self.database.connect() as connection:
            tenant_id = tenant_id or self.tenant_id
            return start_session(connection, operator, tenant_id, visitor(at=at))

    def audited(self, operator: Operator) -> list[tuple[str, str, str]]:
        """Return the command, the actor and the outcome of each audit line about the operator."""
        query = """
            select command, actor, outcome from audit
             where tenant_id = %(t)s and subject_id = %(id)s order by at, id"""
        with self.database.connect() as connection:
            return connection.execute(query, {"t": self.tenant_id, "id": operator.id}).fetchall()


class Browser:
    """A browser at an address of its own. It follows no redirects, and keeps cookies."""

    def __init__(self, url: str) -> None:
        self.url, self.address = url.rstrip("/"), next(ADDRESSES)
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    @classmethod
    def signed_in(cls, url: str, staff: Staff, operator: Operator) -> "Browser":
        """Return a browser with a new session of the operator."""
        browser = cls(url)
        browser.remember(staff.token(operator), staff.tenant_id)
        return browser

    def remember(self, token: str, tenant_id: str) -> None:
        """Use this session from now on."""
        self.cookies[COOKIE], self.csrf = token, csrf_token(token, tenant_id)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self._request("GET", path, None, headers)

    def post(self, path: str, form: Form | None = None, **headers: str) -> httpx.Response:
        """Send a form with the CSRF token of the session."""
        return self._request("POST", path, {"csrf": self.csrf, **(form or {})}, headers)

    def _request(
        self, method: str, path: str, form: Form | None, headers: dict[str, str]
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["x-forwarded-for"] = self.address
        named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        # There is no TLS; to read the certificates would take longer than most requests.
        answer = httpx.request(
            method, self.url + path, data=form, headers=named, timeout=30, verify=False
        )
        self._keep_cookies(answer)
        return answer

    def _keep_cookies(self, answer: httpx.Response) -> None:
        """Keep the cookies that the answer sets, and forget those that it deletes."""
        for header in answer.headers.get_list("set-cookie"):
            for name, cookie in SimpleCookie(header).items():
                self.cookies.pop(name, None)
                if cookie["max-age"] != "0":
                    self.cookies[name] = cookie.value
