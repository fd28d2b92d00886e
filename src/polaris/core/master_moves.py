"""The rows of the lifecycle for what invoices refer to: who may change it, under which rules."""

from polaris.core import books, save_catalogue, save_customer, save_tenant
from polaris.core import input_rules as given
from polaris.core import master_commands as asked
from polaris.core import master_rules as rules
from polaris.core.catalogue import AddOn, TaxCode, WebhookEndpoint
from polaris.core.move import ANY, Move

MASTER_MOVES: tuple[Move, ...] = (
    # ------------------------------------------------------------ customers
    Move(
        asked.SaveCustomer,
        ANY,
        None,
        (
            given.customer_not_deleted,
            given.customer_named,
            given.external_id_is_free,
            given.currency_known,
            given.timezone_known,
            given.term_possible,
        ),
        save_customer.save,
    ),
    Move(asked.DeleteCustomer, ANY, None, (given.customer_exists,), save_customer.delete),
    # ------------------------------------------------------------ the catalogue
    Move(
        asked.SaveAddOn,
        ANY,
        None,
        (
            rules.not_deleted(AddOn),
            rules.complete(AddOn, "code", "name", "amount_minor", "currency"),
            rules.code_is_free(AddOn),
            rules.tax_codes_known,
            given.not_negative("amount_minor"),
            given.not_too_large("amount_minor"),
            given.currency_known,
        ),
        save_catalogue.save_add_on,
    ),
    Move(asked.DeleteAddOn, ANY, None, (rules.there(AddOn),), save_catalogue.delete_add_on),
    Move(
        asked.SaveTaxCode,
        ANY,
        None,
        (
            rules.not_deleted(TaxCode),
            rules.complete(TaxCode, "code", "name", "rate"),
            rules.code_is_free(TaxCode),
            rules.rate_possible,
        ),
        save_catalogue.save_tax_code,
    ),
    Move(asked.DeleteTaxCode, ANY, None, (rules.there(TaxCode),), save_catalogue.delete_tax_code),
    Move(
        asked.SaveWebhookEndpoint,
        ANY,
        None,
        (
            rules.not_deleted(WebhookEndpoint),
            rules.complete(WebhookEndpoint, "url"),
            rules.url_possible,
            rules.url_is_free,
            rules.signature_known,
            rules.endpoints_few,
        ),
        save_catalogue.save_endpoint,
    ),
    Move(
        asked.DeleteWebhookEndpoint,
        ANY,
        None,
        (rules.there(WebhookEndpoint),),
        save_catalogue.delete_endpoint,
    ),
    # ------------------------------------------------------------ the tenant and its books
    Move(
        asked.SaveTenant,
        ANY,
        None,
        (
            rules.tenant_exists,
            rules.tenant_named,
            given.currency_known,
            given.timezone_known,
            rules.settings_known,
            rules.settings_possible,
            rules.formats_possible,
        ),
        save_tenant.save,
    ),
    Move(asked.CloseBooks, ANY, None, (rules.books_move_forward, rules.period_over), books.close),
    Move(
        asked.ReopenBooks,
        ANY,
        None,
        (rules.asked_by_administrator, rules.books_move_back),
        books.reopen,
    ),
)
