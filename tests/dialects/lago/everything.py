"""A tenant with one of each resource of the dialect, with a mark in their texts."""

from typing import Any

from dialects.lago.books import VAT, Books
from polaris.core.commands.values import NewLine


class Everything:
    """A tenant with one of each resource, created over HTTP."""

    def __init__(self, books: Books, mark: str = "aurora") -> None:
        self.books, self.mark = books, mark
        self.ids: dict[str, str] = {"external_id": "cust_1", "add_on": "addon_1", "tax": "tax_1"}
        self._made("customers", "customer", external_id="cust_1", name=f"{self.mark} Ltd")
        self._made("taxes", "tax", code="tax_1", name=f"{self.mark} tax", rate=20)
        price = {"amount_cents": 1000, "amount_currency": "EUR"}
        self._made("add_ons", "add_on", code="addon_1", name=f"{self.mark} add-on", **price)
        self._made("webhook_endpoints", "webhook_endpoint", webhook_url=f"https://{self.mark}.test")
        wallet = {"rate_amount": "1", "currency": "EUR", "granted_credits": "10"}
        self._made("wallets", "wallet", external_customer_id="cust_1", name=self.mark, **wallet)
        self._bill()
        self._asked("PUT", f"/wallets/{self.ids['wallet']}", wallet={"metadata": {"k": self.mark}})

    def _bill(self) -> None:
        customer_id = self.ids["customer"]
        billed = NewLine(amount_minor=1000, description=f"{self.mark} fee", taxes=(VAT,))
        invoice_id = self.books.invoice(customer_id, billed)
        self.ids |= {"invoice": invoice_id, "draft": self.books.draft(customer_id, billed)}
        shown = self._asked("GET", f"/invoices/{invoice_id}")["invoice"]
        self.ids["fee"] = shown["fees"][0]["lago_id"]
        self._made(
            "payments", "payment", invoice_id=invoice_id, amount_cents=600, reference=self.mark
        )
        items = [{"fee_id": self.ids["fee"], "amount_cents": 100}]
        note = {"credit_amount_cents": 120, "items": items, "metadata": {"k": self.mark}}
        self._made("credit_notes", "credit_note", invoice_id=invoice_id, **note)
        moved = self._asked("GET", f"/wallets/{self.ids['wallet']}/wallet_transactions")
        self.ids["wallet_transaction"] = moved["wallet_transactions"][0]["lago_id"]

    def _made(self, resource: str, root: str, **fields: object) -> None:
        shown = self._asked("POST", f"/{resource}", **{root: fields})[root]
        self.ids.setdefault(root, shown["lago_id"])

    def _asked(self, method: str, path: str, **body: object) -> Any:
        answer = self.books.http(method, path, json=body or None)
        assert answer.status_code == 200, (method, path, answer.text)
        return answer.json()

    @property
    def known(self) -> dict[str, list[str]]:
        """The values of path parameters, by the parameter with the segment before it."""
        ids = self.ids
        return {
            "invoices/{invoice_id}": [ids["invoice"], ids["draft"]],
            "credit_notes/{note_id}": [ids["credit_note"]],
            "payments/{payment_id}": [ids["payment"]],
            "wallets/{wallet_id}": [ids["wallet"]],
            "wallet_transactions/{happening_id}": [ids["wallet_transaction"]],
            "customers/{external_id}": [ids["external_id"]],
            "add_ons/{code}": [ids["add_on"]],
            "taxes/{code}": [ids["tax"]],
            "webhook_endpoints/{endpoint_id}": [ids["webhook_endpoint"]],
            "metadata/{key}": ["k"],
        }
