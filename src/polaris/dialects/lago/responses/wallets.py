"""A wallet in Lago's JSON. Its ongoing balance equals its balance, because there is no usage."""

from polaris.core.balances.wallet import credits_of
from polaris.core.facts.wallet import Wallet
from polaris.core.view import View
from polaris.dialects.lago.responses.customers import external_id
from polaris.dialects.lago.responses.formats import entity_code, number, stamp, stamp_ms
from polaris.dialects.lago.rules.settings import lago_details
from polaris.store.read.wallets import Sums


def wallet(view: View, row: Wallet, sums: Sums) -> dict[str, object]:
    """Return the wallet with its balance in credits and in money."""
    left = credit_text(row, sums.left_minor)
    return {
        "lago_id": row.id,
        "lago_customer_id": row.customer_id,
        "external_customer_id": external_id(view, row.customer_id),
        "billing_entity_code": entity_code(view.tenant),
        "status": row.status.value,
        "currency": row.currency,
        "name": row.name or None,
        "code": row.code,
        "priority": row.priority,
        "rate_amount": number(row.rate),
        "credits_balance": left,
        "balance_cents": sums.left_minor,
        "consumed_credits": credit_text(row, sums.consumed_minor),
        "credits_ongoing_balance": left,
        "ongoing_balance_cents": sums.left_minor,
        "credits_ongoing_usage_balance": "0.0",
        "ongoing_usage_balance_cents": 0,
        "created_at": stamp(row.created_at),
        "expiration_at": stamp(row.expires_at),
        "last_balance_sync_at": stamp(sums.moved_at),
        "last_consumed_credit_at": stamp(sums.consumed_at),
        "terminated_at": stamp_ms(row.terminated_at),
        "recurring_transaction_rules": [],
        "applies_to": {"fee_types": [], "billable_metric_codes": []},
        "invoice_requires_successful_payment": False,
        "paid_top_up_min_amount_cents": row.purchase_min_minor,
        "paid_top_up_max_amount_cents": row.purchase_max_minor,
        "purchase_order_number": lago_details(row.details).get("purchase_order_number"),
        "metadata": row.metadata,
        "payment_method": None,
        "applied_invoice_custom_sections": [],
    }


def credit_text(row: Wallet, amount_minor: int) -> str:
    """Return an amount of minor units in the wallet's credits, as text."""
    return number(credits_of(amount_minor, row.rate, row.currency))
