"""What every page must keep, whatever it shows: accessible, as wide as the screen, no dead link."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page
from starlette.routing import Match, Route

from polaris.app import DIALECTS
from polaris.console.app import ROUTES

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """(tags) => axe.run(document, {
  runOnly: { type: "tag", values: tags },
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
})"""
WIDTHS = {"as on a phone": 320, "at a zoom of 200 %": 720}
OVERFLOW = """() => document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll("body *")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.right > innerWidth + 1 && box.width && !one.closest(".table-scroll, .tabs");
    }).slice(0, 4).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 30)}`)
    .concat([`${document.documentElement.scrollWidth} px`])
  : []"""
CALLED = """() => ["href", "action", "hx-get", "hx-post"].flatMap((name) =>
  [...document.querySelectorAll(`[${name}]:not(link)`)].map((one) => [
    one.getAttribute(name),
    name === "hx-post" || (name === "action" && one.method === "post") ? "POST" : "GET",
  ]))"""
MISSING_TARGETS = """() => [...document.querySelectorAll("[hx-target]")]
  .map((one) => one.getAttribute("hx-target"))
  .filter((target) => target.startsWith("#") && !document.querySelector(target))"""


@cache
def axe() -> str:
    """Return the program of axe-core, which is evaluated: the page's policy allows no script."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def complaints(page: Page) -> list[str]:
    """Return everything that is wrong with a page, in both colour schemes and three widths."""
    return [*violations(page), *dead_links(page), *overflows(page)]


def violations(page: Page) -> Iterator[str]:
    """Yield the findings of axe on the page as it is, in light and in dark."""
    page.evaluate(axe())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for found in page.evaluate(RUN_AXE, TAGS)["violations"]:
            nodes = ", ".join(" ".join(node["target"]) for node in found["nodes"][:3])
            yield f"{scheme}: {found['id']} ({found['help']}): {nodes}"
    page.emulate_media(color_scheme="light")


def overflows(page: Page) -> Iterator[str]:
    """Yield what is wider than a narrow screen."""
    usual: Any = page.viewport_size
    for name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": usual["height"]})
        if wide := page.evaluate(OVERFLOW):
            yield f"wider than the screen {name}: {wide}"
    page.set_viewport_size(usual)


def dead_links(page: Page) -> Iterator[str]:
    """Yield each path of this site that no route answers, and each target that is missing."""
    for path, method in {tuple(pair) for pair in page.evaluate(CALLED)}:
        if path.startswith("/") and not is_answered(path.partition("?")[0], method):
            yield f"no route for {method} {path}"
    yield from (f"no element {target}" for target in page.evaluate(MISSING_TARGETS))


def is_answered(path: str, method: str) -> bool:
    """True if a route of the console, or a dialect, answers this path."""
    if path.startswith((*DIALECTS, "/static/", "/files/")):
        return True
    scope = {"type": "http", "path": path, "method": method}
    return any(Route.matches(route, scope)[0] is Match.FULL for route in ROUTES)
