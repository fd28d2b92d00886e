"""Operators are added, listed, changed and reset. No default password exists."""

import re
import subprocess

import pytest

from cli.books import Books
from cli.terminal import ENVIRONMENT, POLARIS, Ended, polaris
from polaris.engine import new_id
from polaris.operators import passwords
from polaris.operators.operator import Operator, find_by_email
from polaris.operators.roles import Role

PASSWORD = "correct horse battery staple"
LINK = re.compile(r"/set-password/[\w-]{43}")


def run(books: Books, *arguments: str) -> Ended:
    """Run a command that takes no tenant."""
    return polaris("operator", *arguments, "--database-url", books.database.url)


def stored(books: Books, email: str) -> Operator:
    with books.database.connect() as connection:
        found = find_by_email(connection, email)
    assert found
    return found


def add(books: Books, role: str = "operator", email: str = "") -> str:
    """Add an operator with a link. Return the e-mail."""
    email = email or f"{new_id()}@example.com"
    added = books.run("operator", "add", email, "--role", role, "--link", "--json")
    assert added.code == 0, added.err
    return email


def typed(books: Books, email: str, password: str) -> Ended:
    """Add an operator whose password comes from standard input."""
    place = ("--tenant", books.tenant_id, "--database-url", books.database.url)
    command = [
        str(POLARIS),
        "operator",
        "add",
        email,
        "--role",
        "viewer",
        "--password-stdin",
        *place,
    ]
    ended = subprocess.run(
        command, input=password, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def audited(books: Books, operator: Operator) -> list[tuple[str, bool]]:
    query = """
        select command, actor like 'cli%%' from audit
         where tenant_id = %(t)s and subject_id = %(id)s order by at, id"""
    with books.database.connect() as connection:
        values = {"t": books.tenant_id, "id": operator.id}
        return connection.execute(query, values).fetchall()


def test_a_link_is_printed_once_and_no_password_exists(books: Books) -> None:
    email = f"{new_id()}@Example.com"
    made = books.run("operator", "add", email, "--role", "admin", "--link", "--json").json
    assert LINK.fullmatch(made["link"])
    assert (made["email"], made["has_password"]) == (email.lower(), False)
    assert made["roles"] == [{"tenant_id": books.tenant_id, "tenant": "Print", "role": "admin"}]
    operator = stored(books, email)
    assert operator.password_hash is None
    assert audited(books, operator) == [("AddOperator", True), ("ResetOperator", True)]
    listed = run(books, "list", "--tenant", books.tenant_id, "--json")
    assert [one["email"] for one in listed.json] == [email.lower()]
    assert "link" not in listed.json[0] and "hash" not in listed.out


def test_people_see_the_link_and_where_to_open_it(books: Books) -> None:
    email = f"{new_id()}@example.com"
    told = books.run("operator", "add", email, "--role", "viewer", "--name", "[red]", "--link").out
    assert len(LINK.findall(told)) == 1 and "as viewer of Print" in told and "24 hours" in told
    assert "[red]" in run(books, "list", "--tenant", books.tenant_id).out


def test_a_password_comes_from_standard_input(books: Books) -> None:
    email = f"{new_id()}@example.com"
    refused = typed(books, email, "short\n")
    assert (refused.code, refused.out) == (1, "") and "fewer than 12 characters" in refused.err
    with books.database.connect() as connection:
        assert find_by_email(connection, email) is None
    added = typed(books, email, f"{PASSWORD}\n")
    assert added.code == 0 and "link" not in added.out and PASSWORD not in added.out
    assert passwords.matches(stored(books, email).password_hash, PASSWORD)


@pytest.mark.parametrize(
    "words",
    [
        ("add", "a@example.com", "--role", "viewer"),
        ("add", "a@example.com", "--role", "viewer", "--link", "--password-stdin"),
        ("add", "a@example.com", "--role", "owner", "--link"),
        ("add", "a@example.com", "--link"),
        ("role", "a@example.com"),
        ("role", "a@example.com", "--role", "admin", "--remove"),
    ],
)
def test_wrong_usage_exits_with_2(books: Books, words: tuple[str, ...]) -> None:
    assert books.run("operator", *words).code == 2


@pytest.mark.parametrize("words", [("disable",), ("enable",), ("reset",)])
def test_an_unknown_operator_is_an_error(books: Books, words: tuple[str, ...]) -> None:
    refused = run(books, *words, "nobody@example.com", "--json")
    assert (refused.code, refused.json["done"]) == (1, False)
    assert "There is no operator with this e-mail." in refused.err


def test_a_wrong_email_is_an_error(books: Books) -> None:
    refused = books.run("operator", "add", "nothing", "--role", "viewer", "--link")
    assert refused.code == 1 and "The e-mail is not valid." in refused.err


def test_a_role_is_changed_and_withdrawn(books: Books) -> None:
    keeper, email = add(books, "admin"), add(books, "viewer")
    changed = books.run("operator", "role", email, "--role", "admin", "--json").json
    assert [role["role"] for role in changed["roles"]] == ["admin"]
    removed = books.run("operator", "role", email, "--remove", "--json").json
    assert (removed["done"], removed["roles"]) == (True, [])
    refused = books.run("operator", "role", keeper, "--remove")
    assert refused.code == 1 and "no administrator left" in refused.err
    assert stored(books, keeper).role_in(books.tenant_id) is Role.ADMIN


def test_an_operator_is_disabled_and_enabled(books: Books) -> None:
    email = add(books)
    assert run(books, "disable", email, "--json").json["disabled_at"]
    assert run(books, "disable", email).code == 0
    assert run(books, "enable", email, "--json").json["disabled_at"] is None
    commands = [command for command, by_cli in audited(books, stored(books, email)) if by_cli]
    assert commands[2:] == ["DisableOperator", "EnableOperator"]


def test_a_reset_prints_a_new_link(books: Books) -> None:
    email = add(books)
    first = run(books, "reset", email, "--json").json
    second = run(books, "reset", email.upper()).out
    assert first["email"] == email and LINK.fullmatch(first["link"])
    assert LINK.findall(second) != [first["link"]] and len(LINK.findall(second)) == 1
