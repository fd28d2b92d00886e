"""Wallet transactions: credits bought, granted and voided, and the history of a wallet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from polaris.api.coercion import Closed, MaybeBoolean, MaybeWhole
from polaris.api.paging import bracketed_pairs
from polaris.core.commands import BuyCredits, Command, GrantCredits, VoidWalletCredits
from polaris.core.commands.text import ID
from polaris.core.facts.details import Details
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.wallet import Movement, MovementKind, Wallet, WalletStatus
from polaris.core.fold import Outcome
from polaris.core.rules.input import LAST_PRIORITY
from polaris.dialects.lago.errors import RANGE, invalid, not_found
from polaris.dialects.lago.requests import wallet_bodies
from polaris.dialects.lago.requests.call import Call, Text, id_set, may, reply
from polaris.dialects.lago.requests.coercion import Paged, Paging
from polaris.dialects.lago.requests.wallet_bodies import Limits, Pair, Rate, Unsupported, Wrong
from polaris.dialects.lago.requests.wallets import load_wallet, sums_of
from polaris.dialects.lago.responses import wallet_transactions as shown
from polaris.dialects.lago.responses.wallet_transactions import KEPT, OUT, WHY
from polaris.dialects.lago.rules.settings import NAME, lago_details
from polaris.keys import KeyScope
from polaris.store.read import wallets
from polaris.store.read.wallets import Happening, History, Sums

router = APIRouter(tags=["wallet transactions"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "wallet_transaction"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "wallet_transaction"))]

CAME_IN = frozenset(MovementKind) - OUT - {MovementKind.RESTORED}
CREDITS = ("paid_credits", "granted_credits", "voided_credits")


class CreateInput(Unsupported, Closed):
    """Credits to buy, grant or void in a wallet."""

    wallet_id: Text | None = None
    paid_credits: Any = None
    granted_credits: Any = None
    voided_credits: Any = None
    name: Text | None = None
    priority: MaybeWhole = None
    metadata: list[Pair] | None = None
    ignore_paid_top_up_limits: MaybeBoolean = None
    purchase_order_number: Text | None = None


class CreateBody(Closed):
    """A wallet transaction under its root key."""

    wallet_transaction: CreateInput


# ---------------------------------------------------------------- creating


@router.post("/wallet_transactions")
async def create(call: Writes, body: CreateBody) -> Response:
    """Buy, grant or void credits; the answer has one transaction for each that is requested."""
    asked = body.wallet_transaction
    repeated = await call.done_before(VoidWalletCredits, BuyCredits, GrantCredits)
    wallet, sums = await find_wallet(call, asked)
    voiding, adding = commands_of(wallet, None if repeated else sums, asked, call.new_id)
    # The void comes first, in its own set: if it is refused, nothing else must have been done.
    outcomes = [*await call.perform_all(voiding), *await call.perform_all(adding)]
    history = await history_of(call, wallet, outcomes)
    rows = sorted(history.rows, key=lambda row: ORDER.index(row.kind))
    return reply("wallet_transactions", [shown.happening(wallet, row) for row in rows])


async def history_of(call: Call, wallet: Wallet, outcomes: Sequence[Outcome]) -> History:
    """Load what these commands did: each movement, and each top-up that is not paid yet.

    A repeated command under an idempotency key adds no rows; the times of its events find them.
    """
    ids = [row_id for outcome in outcomes for row_id in outcome.added(Movement, Invoice)]
    times = [event.at for outcome in outcomes for event in outcome.events]
    if not times:
        return History([], 0)
    history = await call.read(
        wallets.history, wallet.id, since=min(times), until=max(times), ids=ids or None
    )
    if any(outcome.replayed for outcome in outcomes):
        return history._replace(rows=[as_begun(row) for row in history.rows])
    return history


def as_begun(row: Happening) -> Happening:
    """Return a happening as it was at first: nothing spent, and a purchase not paid yet."""
    if row.kind is not MovementKind.PURCHASED:
        left = None if row.left_minor is None else row.amount_minor
        return msgspec.structs.replace(row, left_minor=left)
    return msgspec.structs.replace(
        row, state="pending", left_minor=None, settled_at=None, failed_at=None, parts=[]
    )


ORDER = (MovementKind.PURCHASED, MovementKind.GRANTED, MovementKind.VOIDED)


async def find_wallet(call: Call, asked: CreateInput) -> tuple[Wallet, Sums]:
    """Load the wallet. Raises LagoError 422, not 404, because its id is a body field."""
    wallet_id = asked.wallet_id or ""
    view, sums = await sums_of(call, {wallet_id} if ID.fullmatch(wallet_id) else set())
    wallet = view.get(Wallet, wallet_id)
    if wallet is None:
        raise invalid(wallet_id=["wallet_not_found"])
    return wallet, sums[wallet_id]


def commands_of(
    wallet: Wallet, sums: Sums | None, asked: CreateInput, new_id: Callable[[], str]
) -> tuple[list[Command], list[Command]]:
    """Return the commands that void, and those that add. Raises LagoError with every error.

    `sums` are None for a repetition: what is possible now is not checked.
    """
    if sums and wallet.status is not WalletStatus.ACTIVE:
        raise invalid(wallet_id=["wallet_is_terminated"])
    wrong: Wrong = asked.refused()
    amounts = wallet_bodies.amounts(
        wallet_bodies.given_fields(asked, CREDITS), Rate.of(wallet), wrong
    )
    if sums and not asked.ignore_paid_top_up_limits:
        limits = Limits(wallet.purchase_min_minor, wallet.purchase_max_minor)
        wallet_bodies.check_limits(amounts.get("paid_credits"), limits, wrong)
    if sums and amounts.get("voided_credits", 0) > sums.left_minor:
        wrong["voided_credits"] = ["insufficient_credits"]
    priority = LAST_PRIORITY if asked.priority is None else asked.priority
    if not 1 <= priority <= LAST_PRIORITY:
        wrong["priority"] = [RANGE]
    elif priority != LAST_PRIORITY and "paid_credits" in amounts:
        wrong["priority"] = ["not_supported"]  # bought credits are always spent last
    if wrong:
        raise invalid(**wrong)
    ordered = asked.purchase_order_number or lago_details(wallet.details).get(
        "purchase_order_number"
    )
    given = wallet_bodies.details_given(asked.name, asked.metadata, ordered)
    ignored = bool(asked.ignore_paid_top_up_limits)
    adding = wallet_bodies.add_commands(wallet.id, amounts, given, new_id, priority, ignored)
    return [*void_commands(wallet, amounts, given)], [*adding]


def void_commands(
    wallet: Wallet, amounts: Mapping[str, int], given: dict[str, object]
) -> Iterator[Command]:
    """Yield the command that voids credits, in the order in which they would be spent."""
    if voided := amounts.get("voided_credits"):
        details: Details = {NAME: {KEPT: given}}
        yield VoidWalletCredits(wallet_id=wallet.id, amount_minor=voided, details=details)


# ---------------------------------------------------------------- reading


@router.get("/wallets/{wallet_id}/wallet_transactions")
async def of_wallet(
    call: Reads,
    request: Request,
    paging: Paged,
    wallet_id: str,
    status: str | None = None,
    transaction_type: str | None = None,
    transaction_status: str | None = None,
) -> Response:
    """List a wallet's transactions, the newest first."""
    _, wallet, _ = await load_wallet(call, wallet_id)
    pairs = list(bracketed_pairs(request, "metadata"))
    present = [{"key": key, "value": value} for key, value in pairs if value]
    absent = [details_json([{"key": key}]) for key, value in pairs if not value]
    history = await call.read(
        wallets.history,
        wallet_id,
        kinds=kinds_of(transaction_type, transaction_status),
        state=status or None,
        details=details_json(present) if present else None,
        details_without=absent or None,
        limit=paging.per_page,
        offset=paging.offset,
    )
    rows = [shown.happening(wallet, row) for row in history.rows]
    return reply("wallet_transactions", rows, meta=paging.meta(history.total))


def details_json(pairs: list[dict[str, str]]) -> str:
    """Return details with these metadata pairs, as JSON, to filter by."""
    return msgspec.json.encode({NAME: {KEPT: {"metadata": pairs}}}).decode()


def kinds_of(direction: str | None, why: str | None) -> list[MovementKind]:
    """Return the kinds of movements with this Lago direction and transaction status."""
    return [
        kind
        for kind in MovementKind
        if (not direction or direction == shown.direction(kind)) and (not why or why == WHY[kind])
    ]


async def find_happening(call: Call, happening_id: str) -> tuple[Wallet, Happening]:
    """Load a wallet transaction and its wallet. Raises LagoError 404."""
    id_set(happening_id, "wallet_transaction")
    place = await call.read(wallets.place_of, happening_id)
    if place is None:
        raise not_found("wallet_transaction")
    _, wallet, _ = await load_wallet(call, place.wallet_id)
    history = await call.read(
        wallets.history, wallet.id, since=place.at, until=place.at, ids=[happening_id]
    )
    if not history.rows:
        raise not_found("wallet_transaction")
    return wallet, history.rows[0]


@router.get("/wallet_transactions/{happening_id}")
async def show(call: Reads, happening_id: str) -> Response:
    """Show a wallet transaction, which may be a purchase that is not paid yet."""
    return reply("wallet_transaction", shown.happening(*await find_happening(call, happening_id)))


@router.post("/wallet_transactions/{happening_id}/payment_url")
async def payment_url(call: Writes, happening_id: str) -> Response:
    """Refused for every transaction: no payment provider is linked."""
    await find_happening(call, happening_id)
    raise invalid(base=["no_linked_payment_provider"])


@router.get("/wallet_transactions/{happening_id}/consumptions")
async def consumptions(call: Reads, paging: Paged, happening_id: str) -> Response:
    """List what consumed the credits of an inbound transaction."""
    wallet, row = await find_happening(call, happening_id)
    return await shares(call, paging, "wallet_transaction_consumptions", wallet, row, OUT)


@router.get("/wallet_transactions/{happening_id}/fundings")
async def fundings(call: Reads, paging: Paged, happening_id: str) -> Response:
    """List the inbound transactions whose credits an outbound one consumed."""
    wallet, row = await find_happening(call, happening_id)
    return await shares(call, paging, "wallet_transaction_fundings", wallet, row, CAME_IN)


async def shares(
    call: Call,
    paging: Paging,
    root: str,
    wallet: Wallet,
    row: Happening,
    kinds: frozenset[MovementKind],
) -> Response:
    """Answer with the shares of others in its lots; none if `row` is of `kinds` itself."""
    lots = {part.lot_id: part for part in row.parts} if row.kind not in kinds else {}
    history = await call.read(
        wallets.history,
        wallet.id,
        kinds=kinds,
        lots=list(lots),
        limit=paging.per_page,
        offset=paging.offset,
    )
    rows = [
        shown.share(wallet, taken.id, taken.amount_minor, other)
        for other in history.rows
        for part in other.parts
        if part.lot_id in lots
        # Both routes show the amount of the outbound part.
        for taken in [part if other.kind in OUT else lots[part.lot_id]]
    ]
    return reply(root, rows, meta=paging.meta(history.total))
