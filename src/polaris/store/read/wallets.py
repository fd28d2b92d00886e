"""Wallets to show: what is left and what was spent in each, and the history of a wallet."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import psycopg

from polaris.core.decision import Facts
from polaris.core.facts.details import Details
from polaris.core.facts.wallet import MovementKind
from polaris.core.scope import Scope
from polaris.store.engine.load import load, resolve
from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("read/wallets.sql")


class Sums(NamedTuple):
    """The credits left in a wallet at a time, and the credits spent and not given back."""

    left_minor: int
    consumed_minor: int
    consumed_at: datetime | None  # the last time
    moved_at: datetime | None


class Part(msgspec.Struct, frozen=True, array_like=True):
    """The part of a happening that one lot has."""

    id: str
    lot_id: str
    amount_minor: int


class Happening(msgspec.Struct, frozen=True, array_like=True):
    """A change of a wallet; a purchase of credits can also be pending or failed."""

    id: str
    kind: MovementKind
    state: str  # pending, settled or failed
    amount_minor: int  # always positive
    left_minor: int | None  # what is left of credits that came in
    priority: int
    invoice_id: str | None
    gave_back: bool  # True if the credits came back because the invoice was voided
    note_id: str | None
    at: datetime
    settled_at: datetime | None
    failed_at: datetime | None
    details: Details
    parts: list[Part]


class Place(NamedTuple):
    """A wallet and a time in its history."""

    wallet_id: str
    at: datetime


class History(NamedTuple):
    """A page of happenings, newest first, and how many there are in all."""

    rows: list[Happening]
    total: int


class Seen(NamedTuple):
    """Wallets with their customers, and the sums of each wallet by its id."""

    facts: Facts
    sums: dict[str, Sums]


_ROWS = msgspec.json.Decoder(list[Happening])


def wallets(
    connection: Connection, tenant_id: str, wallet_ids: Iterable[str], at: datetime
) -> Seen:
    """Return the wallets with these ids, and their sums at a time. Unknown ids are left out."""
    scope = Scope(wallets=set(wallet_ids))
    facts = load(connection, tenant_id, resolve(connection, tenant_id, scope)).facts
    values = {"t": tenant_id, "wallets": list(scope.wallets), "at": at}
    rows = statement(BLOCKS["wallet_sums"]).run(connection, values)
    return Seen(facts, {wallet_id: Sums(*sums) for wallet_id, *sums in rows})


def place_of(connection: Connection, tenant_id: str, happening_id: str) -> Place | None:
    """Return the wallet and the time of a happening, or None if there is no such happening."""
    values = {"t": tenant_id, "happening": happening_id}
    found = statement(BLOCKS["place_of_happening"]).run(connection, values).fetchone()
    return Place(*found) if found else None


def history(
    connection: Connection,
    tenant_id: str,
    wallet_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Collection[str] | None = None,
    kinds: Collection[MovementKind] | None = None,
    state: str | None = None,
    lots: Collection[str] | None = None,
    details: object = None,
    details_without: object = None,
    limit: int = 1000,
    offset: int = 0,
) -> History:
    """Return a page of the history of a wallet, filtered by the arguments that are given.

    `details` is a JSON document that a row's details must contain, `details_without` a list of
    documents that they must not contain.
    """
    values = {
        "t": tenant_id,
        "wallet_id": wallet_id,
        "since": since or "-infinity",
        "until": until or "infinity",
        "ids": None if ids is None else list(ids),
        "kinds": None if kinds is None else [str(kind) for kind in kinds],
        "state": state,
        "lots": None if lots is None else list(lots),
        "details": details,
        "details_without": details_without,
        "limit": limit,
        "offset": offset,
    }
    found = statement(BLOCKS["wallet_history"]).run(connection, values).fetchone()
    total, rows = found or (0, None)
    return History(_ROWS.decode(rows or "[]"), total)
