"""Sign-in at an identity provider with OpenID Connect: authorization code, PKCE, state, nonce."""

import hmac
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import jwt
import msgspec
import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from polaris.operators.refusals import ProviderRefused
from polaris.operators.tokens import new_token
from polaris.settings import Settings

log = structlog.get_logger()

TIMEOUT_SECONDS = 10.0
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""How an identity token may be signed. Not with the client's secret, and not without signature."""
CLOCK_SKEW_SECONDS = 60


class Provider(NamedTuple):
    """An identity provider, and this installation as its client."""

    issuer: str
    client_id: str
    client_secret: str


def configured_provider(settings: Settings) -> Provider | None:
    """Return the provider of the settings, or None if there is none."""
    if not settings.oidc_issuer:
        return None
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id or "", settings.oidc_client_secret or ""
    )


class Discovery(msgspec.Struct):
    """What a provider publishes about itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    def proof_of(self, provider: Provider) -> str:
        """Return how the client proves who it is when it exchanges a code."""
        if not provider.client_secret:
            return "none"
        basic = "client_secret_basic" in self.token_endpoint_auth_methods_supported
        return "client_secret_basic" if basic else "client_secret_post"


class Tokens(msgspec.Struct):
    """What a provider gives for a code. Only the identity token is used."""

    id_token: str


class Attempt(msgspec.Struct, frozen=True):
    """A sign-in that has begun. It waits in a cookie of the browser until the provider answers."""

    state: str
    nonce: str
    verifier: str
    following: str  # the path to show after the sign-in


class Begun(NamedTuple):
    """The page of the provider to go to, and what to keep until the answer."""

    url: str
    attempt: Attempt


async def begin(provider: Provider, redirect_uri: str, following: str) -> Begun:
    """Return the URL of the provider's sign-in page. Raises ProviderRefused if it is unreachable.

    `redirect_uri` is the address of the callback, as registered at the provider.
    """
    attempt = Attempt(new_token(), new_token(), new_token(), following)
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
        found = await _discover(http, provider)
    url = prepare_grant_uri(
        found.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope="openid email",
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
    )
    return Begun(url, attempt)


async def verified_email(
    provider: Provider, redirect_uri: str, attempt: Attempt, state: str, code: str
) -> str:
    """Return the e-mail that the provider has verified, in exchange for the code of the callback.

    Raises ProviderRefused if the state or the identity token is wrong, the e-mail is not verified,
    or the provider is unreachable.
    """
    if not code or not hmac.compare_digest(state.encode(), attempt.state.encode()):
        raise ProviderRefused
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
            found = await _discover(http, provider)
            token = await _exchange(http, provider, found, redirect_uri, attempt, code)
            keys = (await http.get(found.jwks_uri)).raise_for_status().json()
        claims = read_identity_token(token, keys, provider)
    except (httpx.HTTPError, msgspec.MsgspecError, jwt.PyJWTError, ValueError) as fault:
        log.warning("oidc_failed", fault=repr(fault))
        raise ProviderRefused from fault
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()):
        raise ProviderRefused
    if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
        raise ProviderRefused
    return str(claims["email"])


def read_identity_token(token: str, keys: Any, provider: Provider) -> dict[str, Any]:
    """Return the claims of an identity token after checking signature, issuer, audience and times.

    Raises `jwt.PyJWTError`.
    """
    key_id = jwt.get_unverified_header(token).get("kid")
    known = jwt.PyJWKSet.from_dict(keys).keys
    key = next((one for one in known if one.key_id == key_id), None)
    if key is None:
        raise jwt.InvalidTokenError("the token is signed with an unknown key")
    return jwt.decode(
        token,
        key,
        algorithms=ALGORITHMS,
        audience=provider.client_id,
        issuer=provider.issuer,
        leeway=CLOCK_SKEW_SECONDS,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )


async def _exchange(
    http: httpx.AsyncClient,
    provider: Provider,
    found: Discovery,
    redirect_uri: str,
    attempt: Attempt,
    code: str,
) -> str:
    """Return the identity token in exchange for a code. Raises httpx.HTTPError, MsgspecError."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }
    proof = ClientAuth(provider.client_id, provider.client_secret, found.proof_of(provider))
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    url, headers, body = proof.prepare("POST", found.token_endpoint, headers, urlencode(fields))
    answer = await http.post(url, headers=headers, content=body)
    return msgspec.json.decode(answer.raise_for_status().content, type=Tokens).id_token


async def _discover(http: httpx.AsyncClient, provider: Provider) -> Discovery:
    """Return what the provider publishes. Raises ProviderRefused."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = await http.get(url)
        found = msgspec.json.decode(answer.raise_for_status().content, type=Discovery)
    except (httpx.HTTPError, msgspec.MsgspecError) as fault:
        log.warning("oidc_failed", fault=repr(fault))
        raise ProviderRefused from fault
    if found.issuer != provider.issuer:
        log.warning("oidc_failed", fault=f"the provider calls itself {found.issuer}")
        raise ProviderRefused
    return found
