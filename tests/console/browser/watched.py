"""A page of the browser that remembers everything which must not happen on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Response
from playwright.sync_api import Request as Sent

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
"""A script for each new page: a violation of the security policy becomes an error."""

ANSWERS = ("Failed to load resource", "Response Status Error Code", "htmx:")
"""How errors begin with which the browser and htmx log a failed answer; its status says more."""

ASKED_ELSEWHERE = "The browser asked another host"


class Watched:
    """Watches a page for errors, violations of the policy, other hosts and failed answers."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        self._allowed: set[str] = set()
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._logged)
        page.on("request", self._requested)
        page.on("response", self._answered)
        page.on("requestfailed", self._broken_off)
        page.on("dialog", self._interrupted)

    @contextmanager
    def allowed(self, *faults: int | str) -> Iterator[None]:
        """Allow answers with these statuses, or requests that fail with this error."""
        before, self._allowed = self._allowed, self._allowed | {str(fault) for fault in faults}
        yield
        self.page.wait_for_timeout(50)  # until the browser has reported what has happened
        self._allowed = before

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERS):
            self.faults.append(f"console: {message.text}")

    def _requested(self, sent: Sent) -> None:
        host = urlsplit(sent.url).netloc
        if host != urlsplit(self.url).netloc and not sent.url.startswith(("data:", "blob:")):
            self.faults.append(f"{ASKED_ELSEWHERE}: {sent.url}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and str(answer.status) not in self._allowed:
            self.faults.append(f"{answer.status}: {answer.request.method} {answer.url}")

    def _broken_off(self, sent: Sent) -> None:
        # A page that is left, or a newer preview, breaks its requests off.
        failure = sent.failure or ""
        if failure not in self._allowed | {"net::ERR_ABORTED"}:
            self.faults.append(f"{failure}: {sent.method} {sent.url}")

    def _interrupted(self, dialog: Any) -> None:
        self.faults.append(f"A script opened a dialog: {dialog.message}")
        dialog.dismiss()
