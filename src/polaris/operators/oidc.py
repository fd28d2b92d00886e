"""Sign-in at an identity provider with OpenID Connect: authorization code, PKCE, state, nonce."""

import hmac
from typing import Any, NamedTuple

import httpx
import jwt
import msgspec
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from polaris.operators.refusals import ProviderRefused
from polaris.operators.tokens import new_token

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


class Discovery(msgspec.Struct):
    """What a provider publishes about itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


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
    async with client(provider, redirect_uri) as http:
        found = await _discover(http, provider)
        url, _ = http.create_authorization_url(
            found.authorization_endpoint,
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
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
        async with client(provider, redirect_uri) as http:
            found = await _discover(http, provider)
            tokens = await http.fetch_token(
                found.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
            keys = (await http.get(found.jwks_uri, withhold_token=True)).raise_for_status().json()
        claims = read_identity_token(str(tokens.get("id_token", "")), keys, provider)
    except (AuthlibBaseError, httpx.HTTPError, jwt.PyJWTError, ValueError) as fault:
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


def client(provider: Provider, redirect_uri: str) -> AsyncOAuth2Client:
    """Return an HTTP client for one conversation with the provider."""
    return AsyncOAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        scope="openid email profile",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        timeout=TIMEOUT_SECONDS,
    )


async def _discover(http: AsyncOAuth2Client, provider: Provider) -> Discovery:
    """Return what the provider publishes. Raises ProviderRefused."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = await http.get(url, withhold_token=True)
        found = msgspec.json.decode(answer.raise_for_status().content, type=Discovery)
    except (httpx.HTTPError, msgspec.MsgspecError) as fault:
        log.warning("oidc_failed", fault=repr(fault))
        raise ProviderRefused from fault
    if found.issuer != provider.issuer:
        log.warning("oidc_failed", fault=f"the provider calls itself {found.issuer}")
        raise ProviderRefused
    return found
