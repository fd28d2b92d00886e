"""The chart of accounts: fixed names, each with its kind and its meaning."""

RECEIVABLE = "ACCOUNTS_RECEIVABLE"
CASH = "CASH"
CLEARING = "PAYMENT_PROCESSOR_CLEARING"
FEES = "PROCESSING_FEES"
SALES = "SALES"
DISCOUNTS = "DISCOUNTS"
PROMOTIONAL = "DISCOUNTS:PROMOTIONAL"
CUSTOMER_REFUNDS = "CUSTOMER_REFUNDS"
TAXES = "SALES_TAXES_PAYABLE"
TIPS = "TIPS"
REFUNDS = "REFUND_LIABILITIES"
UNEARNED = "UNEARNED_REVENUE"
NOTES = "CUSTOMER_CREDITS:NOTES"
WALLETS = "CUSTOMER_CREDITS:WALLETS"
UNAPPLIED = "CUSTOMER_CREDITS:UNAPPLIED"
GRANTED = "CREDITS_GRANTED"
GRANTED_REFUNDS = "CREDITS_GRANTED:REFUNDS"
GRANTED_TOP_UPS = "CREDITS_GRANTED:TOP_UPS"
BREAKAGE = "CREDIT_BREAKAGE"
WITHHOLDING = "WITHHOLDING_TAX_RECEIVABLE"
BAD_DEBT = "BAD_DEBT"
CHART: dict[str, tuple[str, str]] = {
    RECEIVABLE: ("asset", "What customers owe on finalized invoices."),
    CASH: ("asset", "Money received by hand: cash, cheque, transfer."),
    CLEARING: ("asset", "Money that payment providers have not paid out yet."),
    FEES: ("expense", "What providers keep of a payment."),
    SALES: ("income", "Revenue before discounts, at the invoice date."),
    DISCOUNTS: ("expense", "Discounts on invoices; lowers revenue."),
    PROMOTIONAL: ("expense", "Granted credits that were spent; lowers revenue."),
    CUSTOMER_REFUNDS: ("expense", "Revenue of `SALES` taken back by credit notes."),
    TAXES: ("liability", "Sales tax owed; one account per tax beneath it."),
    TIPS: ("liability", "Tips to be passed on."),
    REFUNDS: ("liability", "Refunds requested and not yet paid out."),
    UNEARNED: ("liability", "Wallet credits sold on invoices that are not settled."),
    NOTES: ("liability", "Balances of credit notes."),
    WALLETS: ("liability", "Purchased wallet credits not yet spent."),
    UNAPPLIED: ("liability", "Money received and not applied, or held for voided invoices."),
    GRANTED: ("expense", "Credit that somebody gave beyond the money received."),
    GRANTED_REFUNDS: ("expense", "Refunds of voided invoices whose payment went back before."),
    GRANTED_TOP_UPS: ("expense", "Credits of voided top-ups that stay, beyond the money received."),
    BREAKAGE: ("income", "Purchased credits that expired or were voided."),
    WITHHOLDING: ("asset", "Tax that customers withheld and paid to the tax authority."),
    BAD_DEBT: ("expense", "Receivables written off, and losses from reversed payments."),
}
"""Every seeded account: its kind and its meaning."""


def tax_account(name: str) -> str:
    """Return the account of a tax."""
    return f"{TAXES}:{name}"
