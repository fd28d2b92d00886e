"""Open a wallet, change it, or close it."""

from polaris.core.balances.metadata import metadata_of
from polaris.core.commands import ExpireWallet, OpenWallet, TerminateWallet, UpdateWallet
from polaris.core.commands.base import set_fields
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.details import merged
from polaris.core.facts.event import EventKind
from polaris.core.facts.wallet import Wallet, WalletStatus


def open_wallet(decision: Decision, command: OpenWallet) -> None:
    """Open an empty wallet."""
    wallet = Wallet(
        id=command.wallet_id,
        customer_id=command.customer_id,
        name=command.name,
        code=command.code,
        currency=command.currency,
        priority=command.priority,
        rate=command.rate,
        expires_at=command.expires_at,
        purchase_min_minor=command.purchase_min_minor,
        purchase_max_minor=command.purchase_max_minor,
        metadata=command.metadata,
        details=command.details,
        created_at=decision.at,
    )
    decision.put(wallet)
    decision.emit(EventKind.WALLET_OPENED, None, wallet)


def update(decision: Decision, command: UpdateWallet) -> None:
    """Change the given fields of a wallet."""
    before = decision.the(Wallet, command.wallet_id)
    after = decision.change(
        before,
        **set_fields(command, *_FIELDS),
        metadata=metadata_of(before, command),
        details=merged(before.details, command.details),
    )
    decision.emit(EventKind.WALLET_CHANGED, before, after)


_FIELDS = ("name", "priority", "expires_at", "purchase_min_minor", "purchase_max_minor")


def first_wallet(decision: Decision, note: CreditNote) -> Wallet | None:
    """Return the active wallet in the note's currency that is spent first, or None."""
    wallets = [
        row
        for row in decision.of(Wallet, "customer_id", note.customer_id)
        if row.status is WalletStatus.ACTIVE and row.currency == note.currency
    ]
    return min(wallets, key=lambda row: (row.priority, row.created_at, row.id), default=None)


def open_for(decision: Decision, note: CreditNote) -> Wallet:
    """Open a wallet for a note's credit. Return it."""
    wallet = Wallet(
        id=decision.new_id(),
        customer_id=note.customer_id,
        currency=note.currency,
        created_at=decision.at,
    )
    decision.emit(EventKind.WALLET_OPENED, None, wallet)
    return decision.put(wallet)


def terminate(decision: Decision, command: TerminateWallet | ExpireWallet) -> None:
    """Close a wallet. Nothing is booked."""
    before = decision.the(Wallet, command.wallet_id)
    after = decision.change(before, status=WalletStatus.TERMINATED, terminated_at=decision.at)
    decision.emit(EventKind.WALLET_TERMINATED, before, after)
