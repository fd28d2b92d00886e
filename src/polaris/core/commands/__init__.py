"""Every command of the engine, one file for each noun.

A command brings the ids of new rows and the times. Amounts are minor units of the command's
currency; dates are business dates.
"""

from polaris.core.commands.base import Command
from polaris.core.commands.catalogue import (
    DeleteCatalogueItem,
    DeleteTaxCode,
    SaveCatalogueItem,
    SaveTaxCode,
)
from polaris.core.commands.credit_note import (
    AnnotateCreditNote,
    ApplyCreditNote,
    IssueCreditNote,
    IssueStandaloneNote,
    RemoveCreditNote,
    VoidCreditNote,
)
from polaris.core.commands.customer import DeleteCustomer, SaveCustomer
from polaris.core.commands.invoice import (
    AnnotateInvoice,
    CollectInvoice,
    DeleteDraft,
    DraftInvoice,
    EditDraft,
    FinalizeInvoice,
    IssueInvoice,
    LoseDispute,
    MarkOverdue,
    RecordInvoice,
    RegenerateInvoice,
    ReverseWriteOff,
    VoidInvoice,
    WriteOffInvoice,
)
from polaris.core.commands.payment import ApplyPayment, ReceivePayment, RemovePayment, UpdatePayment
from polaris.core.commands.refund import ConvertRefund, RecordRefund, RequestRefund, UpdateRefund
from polaris.core.commands.task import ResolveTask
from polaris.core.commands.tenant import CloseBooks, CorrectEntryDay, ReopenBooks, SaveTenant
from polaris.core.commands.wallet import (
    BuyCredits,
    ExpireCredits,
    ExpireWallet,
    GrantCredits,
    OpenWallet,
    RestoreCredits,
    TerminateWallet,
    UpdateWallet,
    VoidCredits,
    VoidWalletCredits,
)
from polaris.core.commands.webhook import (
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
    SaveWebhookEndpoint,
)

__all__ = [
    "Command",
    "DraftInvoice",
    "EditDraft",
    "DeleteDraft",
    "FinalizeInvoice",
    "IssueInvoice",
    "RecordInvoice",
    "VoidInvoice",
    "AnnotateInvoice",
    "LoseDispute",
    "MarkOverdue",
    "CollectInvoice",
    "RegenerateInvoice",
    "WriteOffInvoice",
    "ReverseWriteOff",
    "ReceivePayment",
    "UpdatePayment",
    "ApplyPayment",
    "RemovePayment",
    "IssueCreditNote",
    "IssueStandaloneNote",
    "AnnotateCreditNote",
    "VoidCreditNote",
    "ApplyCreditNote",
    "RemoveCreditNote",
    "RequestRefund",
    "UpdateRefund",
    "RecordRefund",
    "ConvertRefund",
    "OpenWallet",
    "UpdateWallet",
    "GrantCredits",
    "BuyCredits",
    "RestoreCredits",
    "VoidCredits",
    "VoidWalletCredits",
    "ExpireCredits",
    "ExpireWallet",
    "TerminateWallet",
    "SaveCustomer",
    "DeleteCustomer",
    "SaveCatalogueItem",
    "DeleteCatalogueItem",
    "SaveTaxCode",
    "DeleteTaxCode",
    "SaveWebhookEndpoint",
    "PauseWebhookEndpoint",
    "ResumeWebhookEndpoint",
    "DeleteWebhookEndpoint",
    "ResolveTask",
    "SaveTenant",
    "CloseBooks",
    "CorrectEntryDay",
    "ReopenBooks",
]
