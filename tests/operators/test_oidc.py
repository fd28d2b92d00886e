"""Sign-in at an identity provider, against a provider that runs over HTTP."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from operators.provider import IdentityProvider, running_provider, single
from polaris.operators import oidc
from polaris.operators.oidc import Attempt, Provider, configured_provider
from polaris.operators.refusals import ProviderRefused
from polaris.settings import Settings

CALLBACK = "http://polaris.test/sign-in/provider/callback"
EMAIL = "jane@example.com"


@pytest.fixture
def identity() -> Iterator[IdentityProvider]:
    with running_provider() as provider:
        provider.email = EMAIL
        yield provider


def leave(provider: Provider) -> oidc.Begun:
    return asyncio.run(oidc.begin(provider, CALLBACK, "/"))


def visit_provider(begun: oidc.Begun) -> dict[str, str]:
    """Follow the URL as the browser does. Return the parameters of the callback."""
    answer = httpx.get(begun.url)
    assert answer.status_code == 303
    return single(urlsplit(answer.headers["location"]).query)


def come_back(provider: Provider, attempt: Attempt, callback: dict[str, str]) -> str:
    return asyncio.run(
        oidc.verified_email(provider, CALLBACK, attempt, callback["state"], callback["code"])
    )


def test_the_verified_email_comes_back(identity: IdentityProvider) -> None:
    begun = leave(identity.client)
    sent = single(urlsplit(begun.url).query)
    assert (sent["response_type"], sent["client_id"]) == ("code", "polaris")
    assert (sent["scope"], sent["redirect_uri"]) == ("openid email", CALLBACK)
    assert begun.attempt.verifier not in begun.url
    callback = visit_provider(begun)
    assert come_back(identity.client, begun.attempt, callback) == EMAIL
    with pytest.raises(ProviderRefused):
        come_back(identity.client, begun.attempt, callback)  # the code was used


def test_each_attempt_has_random_texts_of_its_own(identity: IdentityProvider) -> None:
    one, other = leave(identity.client).attempt, leave(identity.client).attempt
    texts = {one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}
    assert len(texts) == 6 and all(len(text) == 43 for text in texts)


@pytest.mark.parametrize("part", ["state", "nonce", "verifier"])
def test_the_answer_belongs_to_the_attempt(identity: IdentityProvider, part: str) -> None:
    begun, other = leave(identity.client), leave(identity.client).attempt
    parts: dict[str, str] = {
        name: getattr(begun.attempt, name) for name in Attempt.__struct_fields__
    }
    mixed = Attempt(**{**parts, part: getattr(other, part)})
    with pytest.raises(ProviderRefused):
        come_back(identity.client, mixed, visit_provider(begun))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another client"},
        {"iss": "https://another.example"},
        {"exp": 1_700_000_000},
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["jane@example.com"]},
    ],
)
def test_a_token_for_something_else_is_refused(
    identity: IdentityProvider, changed: dict[str, Any]
) -> None:
    def change(claims: dict[str, Any]) -> dict[str, Any]:
        merged = {**claims, **changed}
        return {name: value for name, value in merged.items() if value is not None}

    identity.change = change
    begun = leave(identity.client)
    with pytest.raises(ProviderRefused):
        come_back(identity.client, begun.attempt, visit_provider(begun))


def test_a_token_of_another_key_is_refused(identity: IdentityProvider) -> None:
    identity.signing = generate_private_key(65537, 2048)
    begun = leave(identity.client)
    with pytest.raises(ProviderRefused):
        come_back(identity.client, begun.attempt, visit_provider(begun))


def test_a_wrong_secret_of_the_client_is_refused(identity: IdentityProvider) -> None:
    begun = leave(identity.client)
    wrong = identity.client._replace(client_secret="wrong")
    with pytest.raises(ProviderRefused):
        come_back(wrong, begun.attempt, visit_provider(begun))


def test_a_provider_that_calls_itself_something_else_is_refused(
    identity: IdentityProvider,
) -> None:
    identity.discovered = {"issuer": "https://another.example"}
    with pytest.raises(ProviderRefused):
        leave(identity.client)


def test_an_unreachable_provider_is_refused() -> None:
    with pytest.raises(ProviderRefused):
        leave(Provider("http://127.0.0.1:1", "polaris", ""))


@pytest.mark.parametrize(
    ("secret", "methods", "proof"),
    [
        ("s", ("client_secret_basic", "client_secret_post"), "client_secret_basic"),
        ("s", ("client_secret_post",), "client_secret_post"),
        ("", ("client_secret_basic",), "none"),
    ],
)
def test_how_the_client_proves_itself(secret: str, methods: tuple[str, ...], proof: str) -> None:
    found = oidc.Discovery("i", "a", "t", "j", methods)
    assert found.proof_of(Provider("i", "c", secret)) == proof


def test_without_an_issuer_there_is_no_provider() -> None:
    assert configured_provider(Settings()) is None
    settings = Settings(oidc_issuer="https://id.example", oidc_client_id="c")
    assert configured_provider(settings) == Provider("https://id.example", "c", "")
