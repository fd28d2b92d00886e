"""The templates name only routes, elements and files that exist.

A typing error in such an attribute is silent in a browser: a click then does nothing.
"""

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from starlette.routing import Match, Route

from hatch_build import SHA256
from polaris.app import DIALECTS
from polaris.console.app import ROUTES

TEMPLATES = {
    path.name: path.read_text()
    for path in (files("polaris.console") / "templates").iterdir()
    if path.name.endswith(".html")
}
SHEETS = [path.name for path in (files("polaris.console") / "static" / "css").iterdir()]
CALLED = re.compile(r'\b(hx-get|hx-post|href|action)="(/[^"]*)"')
TARGET = re.compile(r'\bhx-target="#([\w-]+)"')
IDENTIFIED = re.compile(r'\bid="([\w-]+)"')
EXPRESSION = re.compile(r"{{.*?}}")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son[a-z]+=|javascript:")


def leads_somewhere(path: str, method: str) -> bool:
    """True if a route of the console, or a dialect, answers this path."""
    if path.startswith((*DIALECTS, "/static/")):
        return True
    scope = {"type": "http", "path": path, "method": method}
    return any(Route.matches(route, scope)[0] is Match.FULL for route in ROUTES)


def dead_paths(text: str) -> Iterator[str]:
    """Yield each path of a template that no route answers. An expression may be any one part."""
    for attribute, value in CALLED.findall(text):
        path = EXPRESSION.sub("00000000-0000-7000-8000-000000000000", value)
        path = path.partition("?")[0].partition("#")[0]
        methods = ("POST", "GET") if attribute in ("hx-post", "action") else ("GET",)
        if not any(leads_somewhere(path, method) for method in methods):
            yield f"{attribute}={value}"


def missing_targets(text: str, known: set[str]) -> list[str]:
    """Return the ids that a template swaps into, and that no template has."""
    return [target for target in TARGET.findall(text) if target not in known]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_path_of_a_template_is_a_route(name: str) -> None:
    assert list(dead_paths(TEMPLATES[name])) == []


def test_each_target_of_a_swap_exists() -> None:
    known = {name for text in TEMPLATES.values() for name in IDENTIFIED.findall(text)}
    assert [one for text in TEMPLATES.values() for one in missing_targets(text, known)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_needs_what_the_security_policy_forbids(name: str) -> None:
    assert INLINE.findall(TEMPLATES[name]) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_text_is_always_escaped(name: str) -> None:
    """A name of a customer must never become an element of a page."""
    assert re.findall(r"\|\s*safe\b|autoescape|Markup", TEMPLATES[name]) == []


def test_each_sheet_is_on_a_page() -> None:
    linked = " ".join(TEMPLATES[name] for name in ("base.html", "alone.html"))
    assert [sheet for sheet in SHEETS if f'"{sheet.removesuffix(".css")}"' not in linked] == []


def test_htmx_is_the_pinned_file() -> None:
    content = (files("polaris.console") / "static" / "vendor" / "htmx.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256


def test_the_checks_catch_what_they_forbid() -> None:
    page = (
        '<a href="/billing/invoices">a</a> <a href="/billing/invoice">b</a>'
        '<form action="/billing/invoices/{{ id }}/void">'
        '<p hx-get="/billing/invoices/{{ id }}/voids">'
        '<p hx-target="#lst"><p id="list"><p hx-target="#list">'
    )
    assert list(dead_paths(page)) == [
        "href=/billing/invoice",
        "hx-get=/billing/invoices/{{ id }}/voids",
    ]
    assert missing_targets(page, {"list"}) == ["lst"]
    seeded = '<p style="x"><script>a</script><b onclick="y"><script src="/z">'
    assert INLINE.findall(seeded) == ["style=", "<script", " onclick="]
