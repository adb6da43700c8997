"""A small OpenID provider in a thread: it signs in whom a test says, well or badly."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT = {"client_id": "whatsappb24", "client_secret": "only-for-tests"}


class Provider:
    """Codes are given with `authorize`; `claims` and `signed_by` make the next identity another one."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.signed_by = self.key
        self.claims: dict[str, Any] = {}
        self.is_away = False
        self._codes: dict[str, dict[str, str]] = {}

    def authorize(self, address: str) -> str:
        """What the person's browser does there: returns the query with which it comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert ("code", "S256", CLIENT["client_id"]) == (
            asked["response_type"],
            asked["code_challenge_method"],
            asked["client_id"],
        )
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return f"code={code}&state={asked['state']}"

    def description(self) -> dict[str, str]:
        """The document of OpenID Connect Discovery 1.0 §3."""
        named = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.address, **{n: f"{self.address}/{part}" for n, part in named.items()}}

    def keys(self) -> dict[str, Any]:
        """The published keys."""
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "k1", "use": "sig", "alg": "ES256"}]}

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        """The answer to a code: once, to the client that it was given to, with its verifier."""
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        known = {name: form.get(name) for name in CLIENT} == CLIENT
        if asked is None or not known or asked["code_challenge"] != challenge.rstrip(b"=").decode():
            return None
        if asked["redirect_uri"] != form["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT["client_id"],
            "sub": "u-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        signed = jwt.encode(claims, self.signed_by, algorithm="ES256", headers={"kid": "k1"})
        return {"id_token": signed, "access_token": "unused", "token_type": "Bearer"}


@contextmanager
def open_provider() -> Iterator[Provider]:
    """A provider on a free port, for the time of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/.well-known/openid-configuration": provider.description, "/keys": provider.keys}
            self._say(503 if provider.is_away else 200, found[self.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = provider.token({name: values[0] for name, values in parse_qs(body).items()})
            self._say(400 if answer is None else 200, answer or {"error": "invalid_grant"})

        def _say(self, status: int, content: Any) -> None:
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
