"""The chart of accounts: stable names, each with its kind and its meaning."""

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
BREAKAGE = "CREDIT_BREAKAGE"
WITHHOLDING = "WITHHOLDING_TAX_RECEIVABLE"
BAD_DEBT = "BAD_DEBT"
CHART: dict[str, tuple[str, str]] = {
    RECEIVABLE: ("asset", "What customers owe on finalized invoices."),
    CASH: ("asset", "Money received by hand: cash, cheque, transfer."),
    CLEARING: ("asset", "Money that lies with payment providers."),
    FEES: ("expense", "What providers keep of a payment."),
    SALES: ("income", "Revenue before discounts, at the invoice date."),
    DISCOUNTS: ("expense", "Discounts on invoices; lowers revenue."),
    PROMOTIONAL: ("expense", "Granted credits that were spent; lowers revenue."),
    CUSTOMER_REFUNDS: ("expense", "Revenue taken back by credit notes."),
    TAXES: ("liability", "Sales tax owed; one account per tax beneath it."),
    TIPS: ("liability", "Tips to be passed on."),
    REFUNDS: ("liability", "Refunds asked for and not yet paid out."),
    UNEARNED: ("liability", "Credits sold whose invoice is not settled."),
    NOTES: ("liability", "Balances of credit notes."),
    WALLETS: ("liability", "Purchased wallet credits not yet spent."),
    UNAPPLIED: ("liability", "Money received and not applied, or held for voided invoices."),
    GRANTED: ("expense", "Credit given beyond the money received."),
    BREAKAGE: ("income", "Purchased credits that lapsed."),
    WITHHOLDING: ("asset", "Tax that customers paid to the authority for us."),
    BAD_DEBT: ("expense", "Receivables given up."),
}
"""Every seeded account: its kind and what it means."""


def tax_account(name: str) -> str:
    """The account of one tax."""
    return f"{TAXES}:{name}"
