"""A small OpenID Connect provider that runs over HTTP. It signs in whoever asks, without a page."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from polaris.operators.oidc import Provider

CLIENT_ID, CLIENT_SECRET = "polaris", "a secret of the client"
Claims = dict[str, Any]


class IdentityProvider:
    """The provider's state: its key, the codes that it gave, and how its answers differ."""

    def __init__(self, url: str) -> None:
        self.url, self.email, self.verified = url, "", True
        self.key = generate_private_key(65537, 2048)
        self.change: Callable[[Claims], Claims] = lambda claims: claims
        self.discovered: dict[str, Any] = {}  # instead of the usual entries
        self.signing: RSAPrivateKey = self.key
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def client(self) -> Provider:
        """The settings of Polaris as a client of this provider."""
        return Provider(self.url, CLIENT_ID, CLIENT_SECRET)

    def discovery(self) -> dict[str, Any]:
        """Return what the provider publishes about itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **self.discovered,
        }

    def keys(self) -> dict[str, Any]:
        """Return the public keys."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "first", "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes on to, with a code."""
        code = secrets.token_urlsafe()
        self._codes[code] = query
        answer = urlencode({"code": code, "state": query["state"]})
        return f"{query['redirect_uri']}?{answer}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the tokens for a code, or None if anything is wrong."""
        sent = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if sent is None or authorization != f"Basic {basic}":
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (sent["code_challenge"], sent["code_challenge_method"]) != (challenge, "S256"):
            return None
        if sent["redirect_uri"] != form["redirect_uri"]:
            return None
        return {"access_token": "none", "token_type": "Bearer", "id_token": self.token(sent)}

    def token(self, sent: dict[str, str]) -> str:
        """Return the identity token."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "1234",
            "iat": now,
            "exp": now + 300,
            "nonce": sent["nonce"],
            "email": self.email,
            "email_verified": self.verified,
        }
        headers = {"kid": "first"}
        return jwt.encode(self.change(claims), self.signing, "RS256", headers=headers)


class Endpoints(BaseHTTPRequestHandler):
    """The endpoints over HTTP."""

    provider: IdentityProvider

    def do_GET(self) -> None:
        """Answer the discovery, the keys, and the sign-in page."""
        split = urlsplit(self.path)
        if split.path == "/.well-known/openid-configuration":
            self._answer(200, self.provider.discovery())
        elif split.path == "/keys":
            self._answer(200, self.provider.keys())
        elif split.path == "/authorize":
            self.send_response(303)
            self.send_header("location", self.provider.authorize(single(split.query)))
            self.end_headers()
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        """Answer the exchange of a code."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        tokens = self.provider.exchange(single(body), self.headers.get("authorization", ""))
        self._answer(200 if tokens else 400, tokens or {"error": "invalid_grant"})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def single(query: str) -> dict[str, str]:
    """Return the parameters of a query, each once."""
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """Run a provider on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoints)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("Bound", (Endpoints,), {"provider": provider})
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
