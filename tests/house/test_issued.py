"""A document reads its own parties, not the customer or the tenant of today."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from house.tree import Function, Module, expect_none, modules

COMPOSERS = (
    "src/polaris/documents/",
    "src/polaris/api/files.py",
    "src/polaris/dialects/",
)
"""Where documents, answers and webhooks are composed."""

NOT_COMPOSING = ("/requests/", "/rules/")
"""Folders of a dialect that read calls and decide; their reads end in no document."""

LIVE = {"Customer", "Tenant", "tenant", "current_parties", "seller_of", "buyer_of"}
"""Names by which code gets at a row of today."""

RESPONSES = "src/polaris/dialects/lago/responses/"
HIGHLEVEL = "src/polaris/dialects/highlevel/responses/"
WEBHOOKS = "src/polaris/dialects/lago/webhooks/"

ALLOWED = {
    f"{RESPONSES}customers.py customer": "the customer itself, which is no document",
    f"{RESPONSES}customers.py full_customer": "the customer itself, which is no document",
    f"{RESPONSES}customers.py customer_of": "its ids and links; the rest is the document's own",
    f"{RESPONSES}customers.py live_fields": "ids, links and settings, by which one finds it today",
    f"{RESPONSES}customers.py kept_fields": "only the id and the time of its creation",
    f"{RESPONSES}customers.py external_id": "the id by which a caller finds the customer today",
    f"{RESPONSES}customers.py prefix": "of the number of a draft, and of a customer's short id",
    f"{RESPONSES}formats.py entity_code": "the code by which filters find the tenant today",
    f"{RESPONSES}invoices.py base": "that code, and the number of a draft",
    f"{RESPONSES}credit_notes.py credit_note": "that code",
    f"{RESPONSES}taxes.py tax": "that code, of a tax of the catalogue",
    f"{RESPONSES}wallets.py wallet": "that code; a wallet is no document",
    f"{RESPONSES}organizations.py organization": "the tenant itself, which is no document",
    f"{RESPONSES}organizations.py numbering": "the tenant itself, which is no document",
    f"{RESPONSES}webhook_endpoints.py webhook_endpoint": "the tenant's id, which never changes",
    "src/polaris/dialects/polaris/responses/records.py customer": "the customer itself",
    f"{HIGHLEVEL}invoices.py head": "the location's id, which never changes, and its mode of today",
    f"{HIGHLEVEL}locations.py invoice_settings": "the tenant itself, which is no document",
    f"{WEBHOOKS}bodies.py _customer": "the customer itself, which is no document",
}
"""Functions that may read a row of today, and why."""


class Read(NamedTuple):
    """A read of a live row: the function that does it, and its place."""

    function: str
    complaint: str


def live_reads(module: Module) -> Iterator[Read]:
    """Yield every use of a live row; one outside of functions belongs to the module."""
    owners = {
        id(node): function.name for function in _outer_first(module) for node in ast.walk(function)
    }
    for node in ast.walk(module.tree):
        name = _name(node)
        if name in LIVE and isinstance(node, ast.expr):
            owner = owners.get(id(node), "(module)")
            why = f"reads {name}; take the parties of the document, or say in ALLOWED why not"
            yield Read(f"{module.path} {owner}", module.at(node, why))


def _outer_first(module: Module) -> list[Function]:
    """Return the functions of a module; inner ones follow, so that their nodes become theirs."""
    return sorted(module.functions(), key=lambda function: function.lineno)


def _name(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value="Customer" | "Tenant" as name):  # a type in quotes
            return str(name)
    return None


def composers() -> list[Module]:
    """Return the modules that compose documents, answers or webhooks."""
    found = modules(*COMPOSERS)
    return [one for one in found if not any(part in one.path for part in NOT_COMPOSING)]


def test_no_document_reads_a_live_party() -> None:
    """What was printed or sent must stay as it was: the customer may move, and the seller may get
    another name. A composer that reads one of them changes every old document with it."""
    checked = composers()
    paths = {module.path for module in checked}
    assert {"src/polaris/documents/compose.py", f"{WEBHOOKS}bodies.py"} < paths
    reads = [read for module in checked for read in live_reads(module)]
    expect_none(read.complaint for read in reads if read.function not in ALLOWED)


def test_every_exception_is_still_needed() -> None:
    """An exception that is not needed any more would allow a new violation."""
    done = {read.function for module in composers() for read in live_reads(module)}
    assert sorted(ALLOWED.keys() - done) == []


def test_the_check_catches_what_it_forbids() -> None:
    seeded = Module.of(
        "def invoice(view, row):\n"
        "    customer = view.the(Customer, row.customer_id)\n"
        "    name = view.tenant.name\n"
        "    rows = view.decision.facts.tables[facts.Tenant]\n"
        "    def inner(of: 'Customer'):\n"
        "        return current_parties(view.decision, row.customer_id)\n"
        "SELLERS = (Tenant,)\n",
        "a.py",
    )
    found = [(read.function, read.complaint.split(":")[1]) for read in live_reads(seeded)]
    assert sorted(found) == [
        ("a.py (module)", "7"),
        ("a.py inner", "5"),
        ("a.py inner", "6"),
        ("a.py invoice", "2"),
        ("a.py invoice", "3"),
        ("a.py invoice", "4"),
    ]
    calm = Module.of("def note(view, row):\n    return view.parties(row).buyer.name\n", "a.py")
    assert not list(live_reads(calm))
