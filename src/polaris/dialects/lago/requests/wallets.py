"""Wallets: created with their first credits, listed, changed, terminated; and their metadata."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from msgspec import UNSET
from pydantic import BaseModel

from polaris.api.coercion import Closed, MaybeBoolean, MaybeWhole, read_decimal, readable
from polaris.api.metadata import KeptWith, Metadata, add_routes
from polaris.core.commands import Command, OpenWallet, TerminateWallet, UpdateWallet
from polaris.core.commands.base import or_unset
from polaris.core.commands.values import MetadataChange
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import Details
from polaris.core.facts.wallet import Wallet, WalletStatus
from polaris.core.rules.input import LAST_PRIORITY
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import INVALID, MANDATORY, RANGE, LagoError, invalid
from polaris.dialects.lago.requests import wallet_bodies
from polaris.dialects.lago.requests.call import (
    Call,
    Text,
    check_issuer,
    id_set,
    live_customer,
    may,
    reply,
)
from polaris.dialects.lago.requests.coercion import Paged, Paging
from polaris.dialects.lago.requests.metadata import answer, missing
from polaris.dialects.lago.requests.wallet_bodies import (
    HIGHEST,
    LOWEST,
    Pair,
    Rate,
    Unsupported,
    Wrong,
)
from polaris.dialects.lago.responses import wallets as shown
from polaris.dialects.lago.rules.settings import NAME
from polaris.keys import KeyScope
from polaris.money import CURRENCIES
from polaris.store.read import lists, wallets
from polaris.store.read.wallets import Sums

router = APIRouter(tags=["wallets"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "wallet"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "wallet"))]

CREDITS = ("paid_credits", "granted_credits")
LIMITS = (LOWEST, HIGHEST)


class UpdateInput(Unsupported):
    """The changes of a wallet; a null field stays as it is."""

    name: Text | None = None
    code: Text | None = None
    priority: MaybeWhole = None
    expiration_at: Text | None = None
    paid_top_up_min_amount_cents: Any = None
    paid_top_up_max_amount_cents: Any = None
    metadata: Metadata | None = None
    purchase_order_number: Text | None = None
    billing_entity_code: Text | None = None

    @property
    def rank(self) -> int | None:
        """The priority; one out of range becomes the nearest invalid one, which is refused."""
        return None if self.priority is None else min(max(self.priority, 0), LAST_PRIORITY + 1)


class CreateInput(UpdateInput):
    """A new wallet, and its first credits."""

    external_customer_id: Text | None = None
    rate_amount: Any = None
    currency: Text | None = None
    paid_credits: Any = None
    granted_credits: Any = None
    transaction_name: Text | None = None
    transaction_metadata: list[Pair] | None = None
    ignore_paid_top_up_limits_on_creation: MaybeBoolean = None


class CreateBody(Closed):
    """A new wallet under its root key."""

    wallet: CreateInput


class UpdateBody(BaseModel):
    """The changes of a wallet under their root key."""

    wallet: UpdateInput


# ---------------------------------------------------------------- creating


@router.post("/wallets")
async def create(call: Writes, body: CreateBody) -> Response:
    """Open a wallet. Granted credits are usable at once, paid ones when their invoice is paid."""
    asked = body.wallet
    view = await call.view(Scope(external_ids={asked.external_customer_id or ""}))
    check_entity(view, asked)
    wallet_id = call.new_id()
    await call.perform_all(open_commands(view, asked, wallet_id, call.new_id))
    return await answer_wallet(call, wallet_id)


def check_entity(view: View, asked: UpdateInput) -> None:
    """Check the billing entity, of which a tenant has one. Raises LagoError 404 for another."""
    check_issuer(view.tenant, asked.billing_entity_code or None)


def open_commands(
    view: View, asked: CreateInput, wallet_id: str, new_id: Callable[[], str]
) -> Sequence[Command]:
    """Return the commands that open the wallet. Raises LagoError with every error."""
    wrong: Wrong = asked.refused()
    customer = payer(view, asked, wrong)
    rate = rate_of(view, customer, asked, wrong)
    expires_at = wallet_bodies.future_time(asked.expiration_at, view, wrong)
    limits = wallet_bodies.limits_of(wallet_bodies.given_fields(asked, LIMITS), wrong)
    amounts = (
        wallet_bodies.amounts(wallet_bodies.given_fields(asked, CREDITS), rate, wrong)
        if rate
        else {}
    )
    if not asked.ignore_paid_top_up_limits_on_creation:
        wallet_bodies.check_limits(amounts.get("paid_credits"), limits, wrong)
    if wrong or customer is None or rate is None:
        raise invalid(**wrong)
    opened = OpenWallet(
        wallet_id=wallet_id,
        customer_id=customer.id,
        currency=rate.currency,
        name=asked.name or "",
        code=asked.code or None,
        priority=LAST_PRIORITY if asked.rank is None else asked.rank,
        rate=rate.rate,
        expires_at=expires_at,
        purchase_min_minor=limits.lowest,
        purchase_max_minor=limits.highest,
        metadata=asked.metadata,
        details=details_of(asked),
    )
    given = wallet_bodies.details_given(
        asked.transaction_name, asked.transaction_metadata, asked.purchase_order_number
    )
    ignored = bool(asked.ignore_paid_top_up_limits_on_creation)
    adding = wallet_bodies.add_commands(wallet_id, amounts, given, new_id, ignore_limits=ignored)
    return [opened, *adding]


def details_of(asked: UpdateInput) -> Details:
    """Return the given fields that only this dialect stores for a wallet."""
    return {NAME: wallet_bodies.given_fields(asked, ["purchase_order_number"])}


def payer(view: View, asked: CreateInput, wrong: Wrong) -> Customer | None:
    """Return the wallet's customer; if there is none, add that to `wrong` and return None."""
    customer = live_customer(view, asked.external_customer_id or "")
    if customer is None:
        wrong["customer"] = ["customer_not_found"]
    return customer


def rate_of(view: View, customer: Customer | None, asked: CreateInput, wrong: Wrong) -> Rate | None:
    """Return the value of a credit; if it is invalid, add that to `wrong` and return None."""
    currency = asked.currency or (customer and customer.currency) or view.tenant.currency
    rate = readable(read_decimal, asked.rate_amount)
    if currency not in CURRENCIES:
        wrong["currency"] = [INVALID]
    if asked.rate_amount in (None, ""):
        wrong["rate_amount"] = [MANDATORY]
    elif rate is None:
        wrong["rate_amount"] = [INVALID]
    elif rate <= 0:
        wrong["rate_amount"] = [RANGE]
    elif currency in CURRENCIES:
        return Rate(rate, currency)
    return None


# ---------------------------------------------------------------- reading


async def load_wallet(call: Call, wallet_id: str) -> tuple[View, Wallet, Sums]:
    """Load a wallet with its balance. Raises LagoError, NotFound."""
    view, sums = await sums_of(call, id_set(wallet_id, "wallet"))
    return view, view.the(Wallet, wallet_id, "wallet_id"), sums[wallet_id]


async def sums_of(call: Call, wallet_ids: set[str]) -> tuple[View, dict[str, Sums]]:
    """Load wallets and their balances, both as of the same moment."""
    at = await call.moment()
    facts, sums = await call.read(wallets.wallets, wallet_ids, at)
    return await call.seen(facts, at), sums


async def answer_wallet(call: Call, wallet_id: str) -> Response:
    """Answer with the wallet as it is now."""
    return reply("wallet", shown.wallet(*await load_wallet(call, wallet_id)))


@router.get("/wallets/{wallet_id}")
async def show(call: Reads, wallet_id: str) -> Response:
    """Show a wallet with its balance."""
    return await answer_wallet(call, wallet_id)


@router.get("/wallets")
async def find_all(call: Reads, paging: Paged, external_customer_id: str | None = None) -> Response:
    """List all wallets, or those of one customer, the newest first."""
    if external_customer_id:
        await call.customer(external_customer_id)
    return await listed(call, paging, external_customer_id)


@router.get("/customers/{external_id:path}/wallets")
async def of_customer(call: Reads, paging: Paged, external_id: str) -> Response:
    """List a customer's wallets, the newest first."""
    await call.customer(external_id)
    return await listed(call, paging, external_id)


async def listed(call: Call, paging: Paging, external_customer_id: str | None) -> Response:
    """Answer with one page of wallets."""
    filters = {"external_customer_id": external_customer_id or None}
    page = await call.read(lists.page, lists.WALLETS, filters, paging.per_page, paging.offset)
    view, sums = await sums_of(call, set(page.ids))
    rows = [shown.wallet(view, view.the(Wallet, one), sums[one]) for one in page.ids]
    return reply("wallets", rows, meta=paging.meta(page.total))


# ---------------------------------------------------------------- changing


@router.put("/wallets/{wallet_id}")
async def update(call: Writes, wallet_id: str, body: UpdateBody) -> Response:
    """Change a wallet's name, priority, limits, metadata, or the expiry of its future credits."""
    asked = body.wallet
    view, row, _ = await load_wallet(call, wallet_id)
    check_entity(view, asked)
    await call.perform(update_command(row, asked, view))
    return await answer_wallet(call, wallet_id)


def update_command(row: Wallet, asked: UpdateInput, view: View) -> UpdateWallet:
    """Return the command. Raises LagoError with every error; the code cannot change."""
    wrong: Wrong = asked.refused()
    if asked.code not in (None, "", row.code):
        wrong["code"] = ["not_supported"]
    before = {LOWEST: row.purchase_min_minor, HIGHEST: row.purchase_max_minor}
    limits = wallet_bodies.limits_of({**before, **wallet_bodies.given_fields(asked, LIMITS)}, wrong)
    expires_at = wallet_bodies.future_time(asked.expiration_at, view, wrong)
    if wrong:
        raise invalid(**wrong)
    added = asked.metadata
    return UpdateWallet(
        wallet_id=row.id,
        name=or_unset(asked.name),
        priority=or_unset(asked.rank),
        expires_at=or_unset(expires_at),
        purchase_min_minor=or_unset(limits.lowest),
        purchase_max_minor=or_unset(limits.highest),
        metadata=UNSET if added is None else MetadataChange(pairs=added),
        details=details_of(asked),
    )


@router.delete("/wallets/{wallet_id}")
async def terminate(call: Writes, wallet_id: str) -> Response:
    """Terminate a wallet; a wallet that is already terminated is only shown."""
    _, row, _ = await load_wallet(call, wallet_id)
    if row.status is WalletStatus.ACTIVE:
        try:
            await call.perform(TerminateWallet(wallet_id=wallet_id))
        except LagoError:
            _, row, _ = await load_wallet(call, wallet_id)
            if row.status is WalletStatus.ACTIVE:  # else another request has terminated it
                raise
    return await answer_wallet(call, wallet_id)


# ---------------------------------------------------------------- metadata


async def load_wallet_row(call: Call, wallet_id: str) -> Wallet:
    """Load the wallet. Raises LagoError, NotFound."""
    _, row, _ = await load_wallet(call, wallet_id)
    return row


def metadata_command(wallet_id: str, change: MetadataChange) -> UpdateWallet:
    """Return the command that changes a wallet's metadata."""
    return UpdateWallet(wallet_id=wallet_id, metadata=change)


add_routes(
    router,
    KeptWith(
        path="/wallets/{wallet_id}",
        parameter="wallet_id",
        name="a wallet",
        caller=may(KeyScope.WRITE, "wallet"),
        find=load_wallet_row,
        save=metadata_command,
        answer=answer,
        missing=missing,
    ),
)
