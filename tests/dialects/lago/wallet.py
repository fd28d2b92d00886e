"""Requests for wallets, and wallets for tests."""

from typing import Any

from lago_python_client import models

from dialects.lago.books import Books

# Any: to a type checker of today each of their optional fields is required.
Wallet: Any = models.Wallet
WalletTransaction: Any = models.WalletTransaction


def wallet_input(external_id: str | None = "cust_1", **named: Any) -> dict[str, Any]:
    """Return a request for a wallet whose credits are worth two euros."""
    return {"wallet": {"external_customer_id": external_id, "rate_amount": "2", **named}}


def open_wallet(books: Books, external_id: str = "cust_1", **named: Any) -> dict[str, Any]:
    """Create a wallet, and return the answer."""
    answer = books.http("POST", "/wallets", json=wallet_input(external_id, **named))
    assert answer.status_code == 200, answer.text
    wallet: dict[str, Any] = answer.json()["wallet"]
    return wallet
