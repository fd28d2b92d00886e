"""Requirements about webhook endpoints. Each sentence states what must hold."""

from urllib.parse import urlsplit

from polaris.core import refusals
from polaris.core.commands import (
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
    SaveWebhookEndpoint,
)
from polaris.core.commands.base import or_none
from polaris.core.facts.webhook import PauseReason, Signature, WebhookEndpoint
from polaris.core.refusals import AlreadyExists
from polaris.core.rules.catalogue import complete, not_deleted, there
from polaris.core.rules.requirement import Case, Details, requires, unless

MOST_ENDPOINTS = 100


@requires(refusals.UrlMalformed)
def url_possible(case: Case[SaveWebhookEndpoint]) -> Details | None:
    """The URL starts with http:// or https:// and has a host."""
    url = or_none(case.command.url)
    return unless(not url or _of_the_web(url), field="url")


def _of_the_web(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or a host that is none
        return False


@requires(AlreadyExists)
def url_is_free(case: Case[SaveWebhookEndpoint]) -> Details | None:
    """No other webhook endpoint of the dialect has the URL."""
    before = case.decision.get(WebhookEndpoint, case.command.webhook_endpoint_id)
    dialect = before.dialect if before else case.command.dialect
    others = [one for one in _others(case) if one.dialect == dialect]
    taken = [one.id for one in others if one.url == case.command.url]
    return unless(not taken, field="url", id=taken[0] if taken else None)


@requires(refusals.TooMany)
def endpoints_few(case: Case[SaveWebhookEndpoint]) -> Details | None:
    """A tenant has at most a hundred webhook endpoints."""
    return unless(len(_others(case)) < MOST_ENDPOINTS, field="webhook_endpoint_id")


def _others(case: Case[SaveWebhookEndpoint]) -> list[WebhookEndpoint]:
    own = case.command.webhook_endpoint_id
    rows = case.decision.every(WebhookEndpoint)
    return [one for one in rows if one.id != own and not one.deleted_at]


@requires(refusals.UnknownSignature)
def signature_known(case: Case[SaveWebhookEndpoint]) -> Details | None:
    """The signature is of a known kind."""
    asked = or_none(case.command.signature)
    return unless(asked is None or asked in set(Signature), field="signature", id=asked)


@requires(refusals.StateNotPossible)
def dialect_kept(case: Case[SaveWebhookEndpoint]) -> Details | None:
    """The dialect of an existing webhook endpoint stays the same."""
    before = case.decision.get(WebhookEndpoint, case.command.webhook_endpoint_id)
    dialect = or_none(case.command.dialect)
    return unless(before is None or dialect in (None, before.dialect), field="dialect")


@requires(refusals.StateNotPossible)
def reason_known(case: Case[PauseWebhookEndpoint]) -> Details | None:
    """The reason for the pause is known."""
    reason = case.command.reason
    return unless(reason in set(PauseReason), field="reason", id=reason)


@requires(refusals.AlreadyInState)
def not_paused(case: Case[PauseWebhookEndpoint]) -> Details | None:
    """The webhook endpoint is not paused yet."""
    row = case.decision.get(WebhookEndpoint, case.command.webhook_endpoint_id)
    return unless(row is None or row.paused_at is None, field="webhook_endpoint_id")


@requires(refusals.AlreadyInState)
def paused(case: Case[ResumeWebhookEndpoint]) -> Details | None:
    """The webhook endpoint is paused."""
    row = case.decision.get(WebhookEndpoint, case.command.webhook_endpoint_id)
    return unless(row is None or row.paused_at is not None, field="webhook_endpoint_id")


SAVE = (
    not_deleted(WebhookEndpoint),
    complete(WebhookEndpoint, "url", "dialect"),
    dialect_kept,
    url_possible,
    url_is_free,
    signature_known,
    endpoints_few,
)
DELETE = (there(WebhookEndpoint),)
PAUSE = (there(WebhookEndpoint), reason_known, not_paused)
RESUME = (there(WebhookEndpoint), paused)
