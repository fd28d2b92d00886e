"""Each call of the official Python client of Lago, and how far this dialect answers it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class How(StrEnum):
    """How much of a client call this dialect supports."""

    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"


class Answered(NamedTuple):
    """The route of a client call, and how far this dialect supports it."""

    route: str
    how: How = How.DONE
    why: str = ""
    refusal: str = ""  # the status and code of the answer, if the call is refused


NO_ROUTE = "404 resource_not_found"
NO_CUSTOMER = "404 customer_not_found"
NO_KEY = "The client sends no key with this call; list by `external_customer_id` instead."


def partly(route: str, why: str) -> Answered:
    """Return the entry of a call that is supported except for what `why` names."""
    return Answered(route, How.PARTLY, why)


def refused(route: str, why: str, refusal: str = NO_ROUTE) -> Answered:
    """Return the entry of a call that is refused with this status and code."""
    return Answered(route, How.REFUSED, why, refusal)


def rest(resource: str, by: str, *verbs: str) -> dict[str, Answered]:
    """Return the entries of a resource's usual calls, all or only the named verbs."""
    usual = {
        "create": f"POST /{resource}",
        "find": f"GET /{resource}/{by}",
        "find_all": f"GET /{resource}",
        "update": f"PUT /{resource}/{by}",
        "destroy": f"DELETE /{resource}/{by}",
    }
    return {f"{resource}.{verb}": Answered(usual[verb]) for verb in verbs or usual}


def metadata(resource: str) -> dict[str, Answered]:
    """Return the entries of the calls that change only a resource's metadata."""
    path = f"/{resource}/{{id}}/metadata"
    return {
        f"{resource}.replace_metadata": Answered(f"POST {path}"),
        f"{resource}.merge_metadata": Answered(f"PATCH {path}"),
        f"{resource}.delete_all_metadata": Answered(f"DELETE {path}"),
        f"{resource}.delete_metadata_key": Answered(f"DELETE {path}/{{key}}"),
    }


LATER = "Comes later: subscriptions, plans, metrics, usage and coupons."
DUNNING = "Each payment is for one invoice; there are no payment requests for several invoices."
REPORTS = "The ledger has the sums over all invoices, but it cannot be read over HTTP yet."
LOGS = "The audit log records who did what, but it cannot be read over HTTP yet."
SALES = "Polaris has no quotes and no orders."
BY_ID = "Wallets are found by their id: use `wallets`. There are no alerts."
NOT_METERED = "There is no usage, because there are no subscriptions."
NO_PROVIDER = "No payment provider is linked."
NOT_SENT = "No webhook is sent yet."
NOT_SUPPORTED = (
    "Recurring rules, `applies_to`, payment methods and custom sections are refused with 422"
    " `not_supported`, because Polaris would store them without acting on them."
)

INVOICES = {
    **rest("invoices", "{id}", "find", "find_all", "update", "destroy"),
    "invoices.create": partly(
        "POST /invoices",
        "Collection settings (`skip_psp`, `payment_method`) and custom sections are ignored.",
    ),
    "invoices.finalize": Answered("PUT /invoices/{id}/finalize", why="Drafts of any origin."),
    "invoices.void": Answered("POST /invoices/{id}/void"),
    "invoices.void_invoice": Answered("POST /invoices/{id}/void"),
    "invoices.refresh": partly(
        "PUT /invoices/{id}/refresh", "Taxes are computed again; there is no usage to fetch."
    ),
    "invoices.lose_dispute": Answered("PUT /invoices/{id}/lose_dispute", why="POST as well."),
    "invoices.retry_payment": partly(
        "POST /invoices/{id}/retry_payment",
        "The request is recorded; `payment_method` is ignored, and no payment provider is called"
        f" yet. {NOT_SENT}",
    ),
    "invoices.download": Answered(
        "POST /invoices/{id}/download",
        why="The PDF is ready at once, also for voided invoices; `file_url` is null in all other"
        " answers.",
    ),
    "invoices.retry": refused(
        "POST /invoices/{id}/retry", "No invoice is ever in status `failed`.", "405 invalid_status"
    ),
    "invoices.payment_url": refused(
        "POST /invoices/{id}/payment_url", NO_PROVIDER, "422 validation_errors"
    ),
    "invoices.preview": refused(
        "POST /invoices/preview",
        "The client sends a plan, and there are no plans. Extension: a body with `fees`, as for a"
        " new invoice, is previewed.",
        "404 plan_not_found",
    ),
}

CREDIT_NOTES = {
    **rest("credit_notes", "{id}", "create", "find", "find_all", "update"),
    **metadata("credit_notes"),
    "credit_notes.estimate": Answered("POST /credit_notes/estimate"),
    "credit_notes.void": Answered(
        "PUT /credit_notes/{id}/void",
        why="The void takes back the note's offset together with its balance.",
    ),
    "credit_notes.download": Answered(
        "POST /credit_notes/{id}/download", why="The PDF is ready at once."
    ),
}

WALLETS = {
    **rest("wallets", "{id}", "find", "find_all", "destroy"),
    **metadata("wallets"),
    "wallets.create": partly("POST /wallets", NOT_SUPPORTED),
    "wallets.update": partly("PUT /wallets/{id}", NOT_SUPPORTED),
    "wallet_transactions.create": partly("POST /wallet_transactions", NOT_SUPPORTED),
    "wallet_transactions.find_all": Answered("GET /wallets/{id}/wallet_transactions"),
    "wallet_transactions.consumptions": Answered("GET /wallet_transactions/{id}/consumptions"),
    "wallet_transactions.fundings": Answered("GET /wallet_transactions/{id}/fundings"),
    "wallet_transactions.payment_url": refused(
        "POST /wallet_transactions/{id}/payment_url", NO_PROVIDER, "422 validation_errors"
    ),
}

CUSTOMERS = {
    **rest("customers", "{external_id}", "find", "find_all", "destroy"),
    "customers.create": partly(
        "POST /customers",
        "Payment provider settings, the grace period and the document locale are stored and"
        " returned only: no provider is called, and nothing waits or is translated.",
    ),
    "customers.wallets.find_all": Answered("GET /customers/{external_id}/wallets"),
    "customers.past_usage": Answered(
        "GET /customers/{external_id}/past_usage", why="Always empty: there is no usage."
    ),
    "customers.current_usage": refused(
        "GET /customers/{external_id}/current_usage", NOT_METERED, "405 no_active_subscription"
    ),
    "customers.projected_usage": refused(
        "GET /customers/{external_id}/projected_usage", NOT_METERED, "403 feature_unavailable"
    ),
    "customers.portal_url": refused(
        "GET /customers/{external_id}/portal_url",
        "There is no portal for customers.",
        "403 feature_unavailable",
    ),
    "customers.checkout_url": refused(
        "POST /customers/{external_id}/checkout_url", NO_PROVIDER, "422 validation_errors"
    ),
}

OTHERS = {
    **rest("payments", "{id}", "create", "find", "find_all"),
    **rest("add_ons", "{code}"),
    **rest("taxes", "{code}"),
    **rest("webhook_endpoints", "{id}", "find", "find_all", "destroy"),
    "webhook_endpoints.create": partly(
        "POST /webhook_endpoints", f"The endpoint is stored and returned. {NOT_SENT}"
    ),
    "webhook_endpoints.update": partly(
        "PUT /webhook_endpoints/{id}", f"The endpoint is stored and returned. {NOT_SENT}"
    ),
    "webhooks.public_key": partly(
        "GET /webhooks/json_public_key", f"The key is the one that will sign webhooks. {NOT_SENT}"
    ),
    "organizations.update": partly(
        "PUT /organizations",
        "`per_billing_entity` numbers are `PREFIX-001`, without the month. `webhook_url`,"
        " `email_settings` and the billing configuration are stored and returned only."
        f" {NOT_SENT}",
    ),
}

BELOW_CUSTOMERS = {
    name: refused(f"{verb} /customers/{{external_id}}/{path}", why, NO_CUSTOMER)
    for name, verb, path, why in (
        ("applied_coupons.destroy", "DELETE", "applied_coupons/{id}", LATER),
        ("customer_payment_methods.destroy", "DELETE", "payment_methods/{id}", NO_PROVIDER),
        ("customers.wallets.find", "GET", "wallets/{code}", BY_ID),
        ("customers.wallets.destroy", "DELETE", "wallets/{code}", BY_ID),
        ("customers.wallets.metadata.delete_all", "DELETE", "wallets/{code}/metadata", BY_ID),
        ("customers.wallets.metadata.delete_key", "DELETE", "wallets/{code}/metadata/{key}", BY_ID),
        ("customers.wallets.alerts.find", "GET", "wallets/{code}/alerts/{id}", BY_ID),
        ("customers.wallets.alerts.find_all", "GET", "wallets/{code}/alerts", BY_ID),
        ("customers.wallets.alerts.destroy", "DELETE", "wallets/{code}/alerts/{id}", BY_ID),
        ("customers.wallets.alerts.destroy_all", "DELETE", "wallets/{code}/alerts", BY_ID),
    )
}
"""Refused because the router reads the whole path as the id of a customer with slashes in it."""

SET_AS_DEFAULT = {
    "customer_payment_methods.set_as_default": refused(
        "PUT /customers/{external_id}/payment_methods/{id}/set_as_default", NO_PROVIDER
    )
}

CALLS: dict[str, Answered] = {
    **INVOICES,
    **CREDIT_NOTES,
    **WALLETS,
    **CUSTOMERS,
    **OTHERS,
    **BELOW_CUSTOMERS,
    **SET_AS_DEFAULT,
}
"""The supported and refused calls, by the client's name for the call."""

ABSENT: dict[str, Answered] = {
    "applied_coupons": refused("/applied_coupons", LATER),
    "billable_metrics": refused("/billable_metrics", LATER),
    "coupons": refused("/coupons", LATER),
    "events": refused("/events", LATER),
    "plan_charges": refused("/plans/{code}/charges", LATER),
    "plan_fixed_charges": refused("/plans/{code}/fixed_charges", LATER),
    "plans": refused("/plans", LATER),
    "subscription_charges": refused("/subscriptions/{external_id}/charges", LATER),
    "subscription_fixed_charges": refused("/subscriptions/{external_id}/fixed_charges", LATER),
    "subscriptions": refused("/subscriptions", LATER),
    "fees": refused(
        "/fees", "Fees are returned with their invoice, and cannot be changed by themselves."
    ),
    "billing_entities": refused(
        "/billing_entities", "A tenant has one billing entity: its organization."
    ),
    "payment_receipts": refused("/payment_receipts", DUNNING),
    "payment_requests": refused("/payment_requests", DUNNING),
    "activity_logs": refused("/activity_logs", LOGS),
    "api_logs": refused("/api_logs", LOGS),
    "gross_revenues": refused("/analytics/gross_revenue", REPORTS),
    "invoice_collections": refused("/analytics/invoice_collection", REPORTS),
    "invoiced_usages": refused("/analytics/invoiced_usage", REPORTS),
    "mrrs": refused("/analytics/mrr", REPORTS),
    "overdue_balances": refused("/analytics/overdue_balance", REPORTS),
    "usages": refused("/analytics/usage", REPORTS),
    "orders": refused("/orders", SALES),
    "order_forms": refused("/order_forms", SALES),
    "quotes": refused("/quotes", SALES),
    "quote_versions": refused("/quote_versions", SALES),
    "customers.wallets": refused(
        "/customers/{external_id}/wallets",
        BY_ID,
    ),
    **{
        f"customer_{one}": refused(f"/customers/{{external_id}}/{one}", NO_KEY, "401")
        for one in (
            "applied_coupons",
            "credit_notes",
            "invoices",
            "payment_methods",
            "payment_requests",
            "payments",
            "subscriptions",
            "wallets",
        )
    },
}
"""Resources of which every call is refused."""


def coverage_of(call: str) -> Answered | None:
    """Return the entry of a client call, or None if the tables do not list it."""
    resource = next((one for one in _within(call) if one in ABSENT), None)
    return CALLS.get(call) or (ABSENT[resource] if resource else None)


def _within(call: str) -> Iterator[str]:
    """Yield the resources that a call belongs to, the innermost first."""
    while "." in call:
        call = call.rpartition(".")[0]
        yield call
