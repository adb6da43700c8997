"""The simulated PayPal itself: one merchant's application, its money, its events (contract §2).

Its HTTP face is `sandbox.paypal.routes.paypal_router`, its control routes `sandbox.paypal.inspection`.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.paypal.answers import Answers
from sandbox.paypal.sending import Sending
from sandbox.paypal.signing import Keys, new_keys
from sandbox.paypal.state import Complaint, PayPalState, Replay
from sandbox.tasks import Tasks

_KEPT_COMPLAINTS = 1_000
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
LIFE_OF_IDS = {
    "order": timedelta(hours=6),
    "capture": timedelta(days=45),
    "refund": timedelta(days=45),
    "subscription": timedelta(hours=72),
    "plan": timedelta(hours=72),
    "product": timedelta(hours=72),
}
"""How long a PayPal-Request-Id is remembered (§2.3)."""


@cache
def _own_keys() -> Keys:
    """Two RSA keys take longer to make than all the rest of a sandbox."""
    return new_keys()


class PayPalSandbox:
    """One PayPal. `client_id` and `client_secret` are those of the merchant's application under test.

    `keys` sign the webhooks; without them those that are made once per process.
    """

    def __init__(
        self,
        base_url: str,
        faults: Faults,
        clock: Clock,
        *,
        client_id: str,
        client_secret: str,
        feed: Feed | None = None,
        keys: Keys | None = None,
    ) -> None:
        self.base_url = f"{base_url.rstrip('/')}/paypal"
        self.faults = faults
        self.clock = clock
        self.client_id = client_id
        self.client_secret = client_secret
        self.feed = feed or Feed()
        self.answers = Answers(self.base_url)
        self._tasks = Tasks()
        self._client = httpx.AsyncClient(transport=AiohttpTransport(), timeout=60.0, trust_env=False)
        self._given_keys = keys
        self._take(PayPalState(keys=keys or _own_keys()))

    def _take(self, state: PayPalState) -> None:
        self.state = state
        self.sending = Sending(
            state,
            self.base_url,
            faults=self.faults,
            clock=self.clock,
            client=self._client,
            feed=self.feed,
            tasks=self._tasks,
        )

    @property
    def authority_pem(self) -> bytes:
        """The certificate that whoever verifies our webhooks must trust."""
        return self.state.keys.authority.encode()

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON-ready values."""
        shown: dict[str, Any] = msgspec.to_builtins(self.state, str_keys=True)
        return shown

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take over a snapshot; raises msgspec.ValidationError when it is none. Call before `start`.

        Keys that were given stay: whoever verifies was told to trust their authority.
        """
        state = msgspec.convert(snapshot, PayPalState, strict=False)
        if self._given_keys is not None:
            state.keys = self._given_keys
        self._take(state)

    async def reset(self) -> None:
        """A new account: what was made is forgotten, what is under way stops; the keys stay."""
        await self._tasks.stop()
        self._take(PayPalState(keys=self.state.keys))

    async def start(self) -> None:
        """Go on with deliveries that a restart interrupted."""
        self.sending.resume()

    async def stop(self) -> None:
        """Cancel what is under way and close connections; the state stays."""
        await self._tasks.stop()
        await self._client.aclose()

    def now_text(self) -> str:
        """This instant as PayPal writes it."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_token(self) -> dict[str, Any]:
        """A new access token; older ones stay good until they end (§2.1)."""
        life_s = self.state.knobs.token_life_s
        token = f"A21AA{secrets.token_urlsafe(48)}"
        self.state.tokens[token] = self.clock.now_ms() + life_s * 1000
        self.state.tokens_given += 1
        return {
            "scope": "https://uri.paypal.com/services/payments/payment",
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-80W284485P519543T",
            "expires_in": life_s,
            "nonce": f"{self.now_text()}{secrets.token_urlsafe(12)}",
        }

    def accepts(self, authorization: str | None) -> bool:
        """Is this header a token that has not ended?"""
        ends = self.state.tokens.get((authorization or "").removeprefix("Bearer "))
        return ends is not None and ends > self.clock.now_ms()

    def replayed(self, kind: str, request_id: str | None) -> str | None:
        """The object that this PayPal-Request-Id made already, if it is still remembered."""
        replay = self.state.replays.get(f"{kind}:{request_id}") if request_id else None
        return replay.object_id if replay and replay.expires_ms > self.clock.now_ms() else None

    def remember(self, kind: str, request_id: str | None, object_id: str) -> None:
        """Let a repeat of this request answer the same object."""
        if request_id:
            life_ms = int(LIFE_OF_IDS[kind].total_seconds() * 1000)
            self.state.replays[f"{kind}:{request_id}"] = Replay(object_id, self.clock.now_ms() + life_ms)

    def complain(self, operation: str, status: int, complaint: str) -> None:
        """Remember what the real service refuses."""
        now = self.clock.now().isoformat(timespec="milliseconds")
        self.state.complaints.append(Complaint("paypal", now, operation, status, complaint, None))
        del self.state.complaints[:-_KEPT_COMPLAINTS]
        self.feed.publish("complaint", party="paypal")


def new_id(length: int = 17) -> str:
    """An id as PayPal makes them: capitals and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
