"""Every call of the vendor's client is on the coverage page, and answered as the page says."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, cast

import lago_python_client.models
import pytest
from lago_python_client import Client
from lago_python_client.exceptions import LagoApiError
from lago_python_client.functools_ext import Proxy
from lago_python_client.models import credit_note as of_notes
from lago_python_client.models import invoice as of_invoices

from dialects.lago.books import Books
from dialects.lago.everything import Everything
from dialects.lago.routes import PARAMETER, ROUTES
from polaris.dialects.lago.coverage import ABSENT, CALLS, NOT_SENT, How, coverage_of

# Their annotations ask for every field, also for those that may be left out.
models: Any = lago_python_client.models
notes: Any = of_notes
invoices: Any = of_invoices

NO_CALLS = {"base_api_url", "base_ingest_api_url", "api_resource"}


def calls_of(thing: object, prefix: str = "") -> Iterator[str]:
    """The names of all public calls, also of clients within clients."""
    for name in dir(type(thing)):
        if name.startswith("_") or name in NO_CALLS:
            continue
        one = getattr(thing, name)
        if isinstance(one, Proxy):
            yield from calls_of(cast(Any, one)._obj, f"{prefix}{name}.")
        elif prefix and inspect.ismethod(one):
            yield f"{prefix}{name}"


EVERY = list(calls_of(Client(api_key="none", api_url="http://nowhere")))
CLAIMED = [name for name, one in CALLS.items() if one.how is not How.REFUSED]
REFUSED = [name for name in EVERY if name not in CLAIMED]


def test_the_page_knows_every_call_and_no_other() -> None:
    assert len(EVERY) == len(set(EVERY)) > 190
    assert [name for name in EVERY if coverage_of(name) is None] == []
    assert [name for name in CALLS if name not in EVERY] == []
    idle = [name for name in ABSENT if not any(one.startswith(f"{name}.") for one in REFUSED)]
    assert idle == []


def test_what_is_claimed_has_a_route() -> None:
    """Whatever its parameters are called."""
    there = {PARAMETER.sub("{}", str(route)) for route in ROUTES}
    named = {PARAMETER.sub("{}", CALLS[name].route) for name in CLAIMED}
    assert named <= there


def test_what_waits_for_webhooks_is_not_done() -> None:
    """An answer alone is not the effect: until webhooks are sent, the page says so plainly."""
    unsent = ("webhook_endpoints.create", "webhook_endpoints.update", "webhooks.public_key")
    for name in (*unsent, "organizations.update", "invoices.retry_payment"):
        assert (CALLS[name].how, NOT_SENT in CALLS[name].why) == (How.PARTLY, True), name
    assert "webhook is sent" not in "".join(one.why.replace(NOT_SENT, "") for one in CALLS.values())


# ---------------------------------------------------------------- what is claimed


class World(Everything):
    """Everything there is, and the client with which it is asked."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.client: Any = books.client

    def new(self, resource: str, root: str, by: str = "lago_id", **fields: object) -> str:
        """Something to be dropped again."""
        answer = self.books.http("POST", f"/{resource}", json={root: fields})
        assert answer.status_code == 200, answer.text
        return str(answer.json()[root][by])

    def draft(self) -> str:
        return self.books.draft(self.ids["customer"])

    def invoice(self) -> str:
        return self.books.invoice(self.ids["customer"])

    @property
    def items(self) -> Any:
        return notes.Items(__root__=[notes.Item(fee_id=self.ids["fee"], amount_cents=10)])


PRICED = {"amount_cents": 100, "amount_currency": "EUR"}

PERFORMED: dict[str, Callable[[World, Any], Any]] = {
    "invoices.find": lambda w, c: c.find(w.ids["invoice"]),
    "invoices.find_all": lambda _, c: c.find_all({"per_page": 5}),
    "invoices.create": lambda w, c: c.create(
        invoices.OneOffInvoice(
            external_customer_id=w.ids["external_id"],
            currency="EUR",
            fees=invoices.InvoiceFeesList(
                __root__=[
                    invoices.InvoiceFee(add_on_code=w.ids["add_on"], unit_amount_cents=5, units=2)
                ]
            ),
        )
    ),
    "invoices.update": lambda w, c: c.update(
        invoices.InvoicePaymentStatusChange(payment_status="failed"), w.invoice()
    ),
    "invoices.destroy": lambda w, c: c.destroy(w.draft()),
    "invoices.finalize": lambda w, c: c.finalize(w.draft()),
    "invoices.refresh": lambda w, c: c.refresh(w.draft()),
    "invoices.void": lambda w, c: c.void(w.invoice()),
    "invoices.void_invoice": lambda w, c: c.void_invoice(
        w.invoice(), {"generate_credit_note": True, "credit_amount": 100}
    ),
    "invoices.lose_dispute": lambda w, c: c.lose_dispute(w.invoice()),
    "invoices.retry_payment": lambda w, c: c.retry_payment(w.invoice()),
    "invoices.download": lambda w, c: c.download(w.ids["invoice"]),
    "credit_notes.find": lambda w, c: c.find(w.ids["credit_note"]),
    "credit_notes.find_all": lambda _, c: c.find_all(),
    "credit_notes.create": lambda w, c: c.create(
        notes.CreditNote(
            invoice_id=w.ids["invoice"], reason="other", credit_amount_cents=12, items=w.items
        )
    ),
    "credit_notes.estimate": lambda w, c: c.estimate(
        notes.CreditNoteEstimate(invoice_id=w.ids["invoice"], items=w.items)
    ),
    "credit_notes.update": lambda w, c: c.update(
        notes.CreditNoteUpdate(metadata={"seen": "yes"}), w.ids["credit_note"]
    ),
    "credit_notes.download": lambda w, c: c.download(w.ids["credit_note"]),
    "credit_notes.replace_metadata": lambda w, c: c.replace_metadata(
        w.ids["credit_note"], {"a": "b"}
    ),
    "credit_notes.merge_metadata": lambda w, c: c.merge_metadata(w.ids["credit_note"], {"c": "d"}),
    "credit_notes.delete_metadata_key": lambda w, c: c.delete_metadata_key(
        w.ids["credit_note"], key_of(c.replace_metadata(w.ids["credit_note"], {"a": "b"}))
    ),
    "credit_notes.delete_all_metadata": lambda w, c: c.delete_all_metadata(w.ids["credit_note"]),
    "credit_notes.void": lambda w, c: c.void(
        w.new(
            "credit_notes",
            "credit_note",
            invoice_id=w.ids["invoice"],
            credit_amount_cents=12,
            items=[{"fee_id": w.ids["fee"], "amount_cents": 10}],
        )
    ),
    "payments.find": lambda w, c: c.find(w.ids["payment"]),
    "payments.find_all": lambda _, c: c.find_all(),
    "payments.create": lambda w, c: c.create(
        models.Payment(invoice_id=w.invoice(), amount_cents=1, reference="bank", paid_at=None)
    ),
    "wallets.find": lambda w, c: c.find(w.ids["wallet"]),
    "wallets.find_all": lambda w, c: c.find_all({"external_customer_id": w.ids["external_id"]}),
    "wallets.create": lambda w, c: c.create(
        models.Wallet(external_customer_id=w.ids["external_id"], rate_amount="1", currency="EUR")
    ),
    "wallets.update": lambda w, c: c.update(models.Wallet(name="Renamed"), w.ids["wallet"]),
    "wallets.replace_metadata": lambda w, c: c.replace_metadata(w.ids["wallet"], {"a": "b"}),
    "wallets.merge_metadata": lambda w, c: c.merge_metadata(w.ids["wallet"], {"c": "d"}),
    "wallets.delete_metadata_key": lambda w, c: c.delete_metadata_key(
        w.ids["wallet"], key_of(c.replace_metadata(w.ids["wallet"], {"a": "b"}))
    ),
    "wallets.delete_all_metadata": lambda w, c: c.delete_all_metadata(w.ids["wallet"]),
    "wallets.destroy": lambda w, c: c.destroy(
        w.new(
            "wallets",
            "wallet",
            external_customer_id=w.ids["external_id"],
            rate_amount="1",
            currency="EUR",
        )
    ),
    "wallet_transactions.create": lambda w, c: c.create(
        models.WalletTransaction(wallet_id=w.ids["wallet"], granted_credits="1", paid_credits="2")
    ),
    "wallet_transactions.find_all": lambda w, c: c.find_all(w.ids["wallet"]),
    "wallet_transactions.consumptions": lambda w, c: c.consumptions(w.ids["wallet_transaction"]),
    "wallet_transactions.fundings": lambda w, c: c.fundings(spent(w)),
    "customers.find": lambda w, c: c.find(w.ids["external_id"]),
    "customers.find_all": lambda _, c: c.find_all(),
    "customers.create": lambda _, c: c.create(
        models.Customer(external_id="another", name="Another")
    ),
    "customers.destroy": lambda w, c: c.destroy(
        w.new("customers", "customer", by="external_id", external_id="leaving")
    ),
    "customers.past_usage": lambda w, c: c.past_usage(w.ids["external_id"], "sub"),
    "customers.wallets.find_all": lambda w, c: c.find_all(w.ids["external_id"]),
    "add_ons.find": lambda w, c: c.find(w.ids["add_on"]),
    "add_ons.find_all": lambda _, c: c.find_all(),
    "add_ons.create": lambda _, c: c.create(models.AddOn(name="More", code="more", **PRICED)),
    "add_ons.update": lambda w, c: c.update(models.AddOn(name="Renamed"), w.ids["add_on"]),
    "add_ons.destroy": lambda w, c: c.destroy(
        w.new("add_ons", "add_on", by="code", name="Less", code="less", **PRICED)
    ),
    "taxes.find": lambda w, c: c.find(w.ids["tax"]),
    "taxes.find_all": lambda _, c: c.find_all(),
    "taxes.create": lambda _, c: c.create(models.Tax(name="More", code="more", rate=5.5)),
    "taxes.update": lambda w, c: c.update(models.Tax(name="Renamed"), w.ids["tax"]),
    "taxes.destroy": lambda w, c: c.destroy(
        w.new("taxes", "tax", by="code", name="Less", code="less", rate=1)
    ),
    "webhook_endpoints.find": lambda w, c: c.find(w.ids["webhook_endpoint"]),
    "webhook_endpoints.find_all": lambda _, c: c.find_all(),
    "webhook_endpoints.create": lambda _, c: c.create(
        models.WebhookEndpoint(webhook_url="https://more.test")
    ),
    "webhook_endpoints.update": lambda w, c: c.update(
        models.WebhookEndpoint(webhook_url="https://renamed.test"), w.ids["webhook_endpoint"]
    ),
    "webhook_endpoints.destroy": lambda w, c: c.destroy(
        w.new("webhook_endpoints", "webhook_endpoint", webhook_url="https://less.test")
    ),
    "webhooks.public_key": lambda _, c: c.public_key(),
    "organizations.update": lambda _, c: c.update(
        models.Organization(default_currency="EUR", city="X")
    ),
}
"""How each is called."""

ANSWERED_BY_NOTHING = {"invoices.retry_payment"}


def key_of(metadata: dict[str, object]) -> str:
    return next(iter(metadata))


def spent(world: World) -> str:
    """A wallet transaction that took credits out."""
    wallet_id = world.ids["wallet"]
    asked = {"wallet_transaction": {"wallet_id": wallet_id, "voided_credits": "1"}}
    answer = world.books.http("POST", "/wallet_transactions", json=asked)
    return str(answer.json()["wallet_transactions"][0]["lago_id"])


@pytest.fixture(scope="module")
def world(shared: Books) -> World:
    return World(shared)


def test_how_each_is_called_is_known() -> None:
    assert set(PERFORMED) == set(CLAIMED)


@pytest.mark.parametrize("name", CLAIMED)
def test_what_is_claimed_does_not_raise(world: World, name: str) -> None:
    said = PERFORMED[name](world, owner(world.client, name))
    if name in ANSWERED_BY_NOTHING or "delete" in name:
        assert not said or isinstance(said, dict)
    else:
        assert said


def owner(client: Any, name: str) -> Any:
    """The client within the client that has the call."""
    for part in name.split(".")[:-1]:
        client = getattr(client, part)
    return client


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_so(world: World, name: str) -> None:
    """About things that are there, so that it is the call that is refused."""
    said = coverage_of(name)
    assert said is not None
    call = getattr(owner(world.client, name), name.rpartition(".")[2])
    parameters = inspect.signature(call).parameters.values()
    positional, named = nested(world, name), {}
    if not any(one.kind is one.VAR_POSITIONAL for one in parameters):
        wanted = [one.name for one in parameters if one.default is one.empty]
        positional, named = [], {one: argument(world, name, one) for one in wanted}
    with pytest.raises(LagoApiError) as refused:
        call(*positional, **named)
    body = refused.value.response
    status, _, code = said.refusal.partition(" ")
    assert (refused.value.status_code, body["status"]) == (int(status), int(status))
    assert body.get("code", "") == code


def argument(world: World, call: str, name: str) -> Any:
    """Something to call with."""
    if name == "input_object":
        return invoices.InvoicePaymentStatusChange(payment_status="pending")
    known = {
        "invoices": world.ids["invoice"],
        "wallet_transactions": world.ids["wallet_transaction"],
    }
    return {"a": "b"} if name == "metadata" else known.get(call.split(".")[0], "cust_1")


def nested(world: World, call: str) -> list[Any]:
    """Return the positional arguments: the parents, the resource's id, and the new values."""
    verb = call.rpartition(".")[2]
    parents = ["cust_1", "wallet"] if "alerts" in call else ["cust_1"]
    itself = ["one"] if verb in ("find", "update", "destroy") else []
    shall_be = [argument(world, call, "input_object")] if verb in ("create", "update") else []
    return [*parents, *itself, *shall_be]


def test_what_is_previewed_beside_plans(world: World) -> None:
    """The client's preview is about plans only; the extension stands beside it."""
    asked = {"customer": {"external_id": "cust_1"}, "fees": [{"add_on_code": "addon_1"}]}
    answer = world.books.http("POST", "/invoices/preview", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["invoice"]["fees_amount_cents"] == 1000
