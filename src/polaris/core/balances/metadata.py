"""Changes of metadata, the caller's own key-value pairs."""

from msgspec import UNSET

from polaris.core.commands import AnnotateCreditNote, AnnotateInvoice, UpdateWallet
from polaris.core.commands.values import MetadataChange
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.details import Metadata
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.wallet import Wallet
from polaris.core.refusals import NotFound


def metadata_of(
    before: Invoice | CreditNote | Wallet,
    command: AnnotateInvoice | AnnotateCreditNote | UpdateWallet,
) -> Metadata | None:
    """Return the row's metadata after the command. Raises NotFound."""
    change = command.metadata
    return before.metadata if change is UNSET else changed_metadata(before.metadata, change)


def changed_metadata(before: Metadata | None, change: MetadataChange) -> Metadata | None:
    """Return the pairs after the change. Raises NotFound for an unknown key to remove."""
    if change.replace:
        return change.pairs
    if change.remove is None:
        return {**(before or {}), **(change.pairs or {})}
    if change.remove not in (before or {}):
        raise NotFound(field="metadata", id=change.remove)
    return {key: value for key, value in (before or {}).items() if key != change.remove}
