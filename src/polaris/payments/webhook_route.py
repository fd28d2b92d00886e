"""The route at which payment providers send their events: one for each provider and tenant.

The signature is checked over the raw body with the tenant's secret. Every event with a valid
signature is answered with status 200, also if Polaris does not need it, because the provider
would send it again.
"""

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, request_response

from polaris.api.answers import UNAVAILABLE
from polaris.api.body_limit import Limited
from polaris.core.commands.text import ID
from polaris.encryption import NoEncryptionKey, WrongEncryptionKey
from polaris.engine import now
from polaris.payments.accounts import account_at
from polaris.payments.news import EventMalformed, News, SignatureWrong, receive_news
from polaris.payments.port import WEBHOOK_PATH
from polaris.payments.providers import PROVIDERS
from polaris.store.provider_accounts import ProviderAccount

log = structlog.get_logger()

MOST_BYTES = 256 * 1024


def route() -> Route:
    """Return the route for the root application.

    It uses `engine`, `threads_engine`, `database` and `encryption` of the application's state.
    """
    too_large = answer(413, "The body is too large.")
    limited = Limited(request_response(receive), MOST_BYTES, too_large)
    return Route(WEBHOOK_PATH, limited, methods=["POST"], name="provider_webhook")


async def receive(request: Request) -> Response:
    """Record the event and act on it."""
    provider, tenant_id = request.path_params["provider"], request.path_params["tenant"]
    state = request.app.state
    try:
        account = await _account(request, provider, tenant_id)
        if account is None or account.encrypted_webhook_secret is None:
            return answer(404, "No webhook of this provider is expected here.")
        news = _read(request, account, await request.body())
        if news.live is not account.live:
            log.warning("provider_event_of_other_mode", tenant=tenant_id, event_id=news.event.id)
            return JSONResponse({"received": True, "result": "other mode"})
        result = await asyncio.to_thread(
            receive_news, state.database, state.threads_engine, tenant_id, provider, news
        )
    except SignatureWrong:
        return answer(400, "The signature does not fit, or it is too old.")
    except EventMalformed:
        return answer(400, "The body is not an event of this provider.")
    except (NoEncryptionKey, WrongEncryptionKey) as fault:
        log.error("provider_secrets_unreadable", tenant=tenant_id, fault=str(fault))
        return answer(503, "The signature cannot be checked now. Send the event again later.")
    except UNAVAILABLE:
        return answer(503, "The database is not available. Send the event again later.")
    return JSONResponse({"received": True, "result": result})


async def _account(request: Request, provider: str, tenant_id: str) -> ProviderAccount | None:
    if provider not in PROVIDERS or not ID.fullmatch(tenant_id):
        return None
    account: ProviderAccount | None = await request.app.state.engine.read(
        account_at, tenant_id, provider
    )
    return account


def _read(request: Request, account: ProviderAccount, body: bytes) -> News:
    """Return the event. Raises SignatureWrong, EventMalformed."""
    secret = request.app.state.encryption.decrypt(account.encrypted_webhook_secret)
    return PROVIDERS[account.provider].read_event(body, request.headers, secret, now())


def answer(status: int, message: str) -> Response:
    """Return an error as JSON."""
    return JSONResponse({"error": message}, status)
