"""Signing in at an OpenID provider: code flow with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1).

The provider's own description says where its parts are; its answer is believed only when the id token is
signed by a key it publishes, for us, now, and for the sign-in that we began.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import httpx
import jwt
import msgspec

from connectors.outside import Actor, Exchange, Failure, Journal, Method, Policy, Retry
from connectors.redaction import Secret

DESCRIPTION: Final = Method(
    name="GET /.well-known/openid-configuration",
    purpose="where the OpenID provider's parts are",
    why="each provider has its own addresses; the standard one describes them",
    scope="none",
    retry=Retry.SAFE,
)
TOKEN: Final = Method(
    name="POST token_endpoint",
    purpose="the identity of a person of the staff, for the code that he came back with",
    why="the code alone proves nothing; only the provider, asked with our secret and PKCE, says whose it is",
    scope="OIDC_CLIENT_ID and OIDC_CLIENT_SECRET",
    retry=Retry.ONCE,
)
KEYS: Final = Method(
    name="GET jwks_uri",
    purpose="the keys that sign identities",
    why="providers change them without notice, so they are read at each sign-in",
    scope="none",
    retry=Retry.SAFE,
)
METHODS: Final = {method.name: method for method in (DESCRIPTION, TOKEN, KEYS)}
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures with published keys only: a shared secret, or none at all, would let others make identities."""
_WITHIN_S: Final = 15.0
_LEEWAY_S: Final = 60
_MAX_ANSWER: Final = 1_048_576


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser keeps, sealed, between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str
    began_at: float
    """Unix seconds."""
    to: str
    """The page of ours that the person wanted."""

    def __repr__(self) -> str:
        return "Beginning([secret])"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the provider says that somebody is."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    """Has the provider verified that the address is his?"""


class _Description(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class OpenIdProvider:
    """The provider at `issuer`, for one registered client. Nothing is kept between two sign-ins."""

    def __init__(
        self, http: httpx.AsyncClient, issuer: str, client_id: str, client_secret: Secret, journal: Journal
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._journal = journal

    async def begin(self, return_address: str, to: str) -> tuple[str, Beginning] | Failure:
        """Return where to send the browser, and what it must bring back."""
        described = await self._description()
        if isinstance(described, Failure):
            return described
        beginning = Beginning(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            began_at=time.time(),
            to=to,
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(beginning.verifier.encode()).digest())
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": return_address,
                "scope": "openid email profile",
                "state": beginning.state,
                "nonce": beginning.nonce,
                "code_challenge": challenge.rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        at = described.authorization_endpoint
        return f"{at}{'&' if urlsplit(at).query else '?'}{query}", beginning

    async def finish(self, code: str, beginning: Beginning, return_address: str) -> Identity | Failure:
        """Return whose `code` this is. The caller has compared the state."""
        described = await self._description()
        if isinstance(described, Failure):
            return described
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_address,
            "client_id": self._client_id,
            "client_secret": self._client_secret.reveal(),
            "code_verifier": beginning.verifier,
        }
        answer = await self._ask(TOKEN, "POST", described.token_endpoint, form)
        if isinstance(answer, Failure):
            return answer
        keys = await self._ask(KEYS, "GET", described.jwks_uri)
        if isinstance(keys, Failure):
            return keys
        return self._believed(answer.get("id_token"), keys, beginning.nonce)

    async def _description(self) -> _Description | Failure:
        address = f"{self._issuer}/.well-known/openid-configuration"
        answer = await self._ask(DESCRIPTION, "GET", address)
        if isinstance(answer, Failure):
            return answer
        try:
            described = msgspec.convert(answer, _Description)
        except msgspec.ValidationError:
            return _refused("its description is not complete")
        named = (described.authorization_endpoint, described.token_endpoint, described.jwks_uri)
        scheme = urlsplit(self._issuer).scheme
        if described.issuer.rstrip("/") != self._issuer or any(urlsplit(a).scheme != scheme for a in named):
            return _refused("it describes another issuer, or parts that are not reached as it is")
        return described

    def _believed(self, token: Any, keys: dict[str, Any], nonce: str) -> Identity | Failure:
        """The identity in the token, when everything about it is right."""
        try:
            known = {key.key_id: key for key in jwt.PyJWKSet.from_dict(keys).keys}
            kid = jwt.get_unverified_header(token).get("kid")
            key = known[kid] if kid in known or len(known) != 1 else next(iter(known.values()))
            claims = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._client_id,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            return _refused(f"the identity cannot be believed: {type(error).__name__}")
        ours = str(claims["iss"]).rstrip("/") == self._issuer
        sole = not isinstance(claims["aud"], list) or len(claims["aud"]) == 1
        if not ours or not (sole or claims.get("azp") == self._client_id):
            return _refused("the identity was given by or for somebody else")
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            return _refused("the identity belongs to another sign-in")
        return Identity(
            issuer=self._issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email", "")),
            is_verified=claims.get("email_verified") in (True, "true"),
        )

    async def _ask(
        self, method: Method, verb: str, address: str, form: dict[str, str] | None = None
    ) -> dict[str, Any] | Failure:
        """One request; its record holds neither code nor token."""
        started = time.perf_counter()
        status: int | None = None
        outcome: dict[str, Any] | Failure = _away("cancelled")
        try:
            async with asyncio.timeout(_WITHIN_S):
                answer = await self._http.request(
                    verb, address, data=form, headers={"Accept": "application/json"}
                )
            status = answer.status_code
            outcome = _object_of(answer)
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, TimeoutError, OSError) as error:
            outcome = _away(type(error).__name__)
        finally:
            parts = urlsplit(address)
            self._journal.record(
                Exchange(
                    party="oidc",
                    method=method.name,
                    status=status,
                    duration_ms=(time.perf_counter() - started) * 1000,
                    request={"address": f"{parts.scheme}://{parts.netloc}{parts.path}"},
                    response={"fields": sorted(outcome)} if isinstance(outcome, dict) else None,
                    error=outcome.message if isinstance(outcome, Failure) else None,
                )
            )
        return outcome


def _object_of(answer: httpx.Response) -> dict[str, Any] | Failure:
    if answer.status_code >= 500:
        return _away(f"HTTP {answer.status_code}")
    try:
        found = msgspec.json.decode(answer.content[:_MAX_ANSWER])
    except msgspec.DecodeError:
        found = None
    if answer.status_code != 200 or not isinstance(found, dict):
        return _refused(f"it answers {answer.status_code}")
    return found


def _refused(why: str) -> Failure:
    return Failure(
        policy=Policy.NEVER, code="sign_in_refused", message=why, who_acts=Actor.PROVIDER, http_status=403
    )


def _away(why: str) -> Failure:
    return Failure(
        policy=Policy.RETRY, code="sign_in_away", message=why, who_acts=Actor.PROVIDER, http_status=503
    )
