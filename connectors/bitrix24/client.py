"""Calls to one portal's REST (contracts/bitrix24.md §1.5): its token, its limits, its outcome.

A call ends as an `Answer` or as a `Failure` that says what to do. Three things are repaired on the way,
each at most once, because each is refused before the portal acts: a token that has expired, a token whose
owner was dismissed, and a portal that has moved to another address.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.auth import AppInfo, AuthServer, TokenPair
from connectors.bitrix24.errors import REST, USED_UP, failure_of
from connectors.bitrix24.methods import listed
from connectors.bitrix24.ports import CallBucket, Lease, PortalAddress, Token, TokenStore, Wait
from connectors.bitrix24.wire import Reply, Wire, answered
from connectors.outside import Actor, Context, Failure, Journal, Method, Policy, Retry

_BATCH_LIMIT = 50
_PATIENCE_S = 3.0
_LEASE_PATIENCE_S = 20.0
_RENEW = {"expired_token", "invalid_token"}
_OTHER_OWNER = {"authorization_error", "user_access_error", "invalid_grant"}


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of `time` that matter for limits; seconds and unix seconds."""

    operating: float
    resets_at: float | None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A good answer. `total` and `next` come with lists of more than one page only."""

    result: Any
    total: int | None = None
    next: int | None = None
    time: Timing | None = None


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a batch."""

    method: str
    params: Mapping[str, Any]


class _Moved(msgspec.Struct, frozen=True):
    location: str | None


class PortalClient:
    """One portal. Cheap to make; safe to use from several tasks."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        portal: PortalAddress,
        tokens: TokenStore,
        bucket: CallBucket,
        auth: AuthServer,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._wire = Wire(http, journal)
        self._portal = portal
        self._tokens = tokens
        self._bucket = bucket
        self._auth = auth
        self._clock = clock

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, *, about: Context | None = None
    ) -> Answer | Failure:
        """Call `method`; `params` may hold `Secret` values. Raises UnlistedMethodError without a row."""
        row = listed(method)
        body = await self._answered(row, dict(params or {}), about or Context(), shown=None)
        if isinstance(body, Failure):
            return body
        answer = _answer(body)
        await self._note_spent(row, answer)
        return answer

    async def batch(
        self, calls: Sequence[Call], *, about: Context | None = None
    ) -> list[Answer | Failure] | Failure:
        """Up to 50 calls as one request; the outcomes are in the order of `calls`.

        Raises ValueError above 50, and for a method that must not be repeated: a lost answer of a batch
        leaves all its calls in doubt.
        """
        rows = [listed(call.method) for call in calls]
        if len(calls) > _BATCH_LIMIT:
            raise ValueError(f"a batch has at most {_BATCH_LIMIT} calls")
        if any(row.retry is not Retry.SAFE for row in rows):
            raise ValueError("a batch carries only calls that may be repeated")
        if not calls:
            return []
        commands = {
            f"c{index}": f"{call.method}?{php.query_string(call.params)}" for index, call in enumerate(calls)
        }
        shown = {"halt": 0, "cmd": [{call.method: dict(call.params)} for call in calls]}
        body = await self._answered(
            listed("batch"), {"halt": 0, "cmd": commands}, about or Context(), shown=shown
        )
        if isinstance(body, Failure):
            return body
        whole = php.mapping(body.get("result"))
        outcomes = [_of_batch(whole, f"c{n}", row) for n, row in enumerate(rows)]
        for row, outcome in zip(rows, outcomes, strict=True):
            await self._note_spent(row, outcome)
        return outcomes

    async def _note_spent(self, row: Method, outcome: Answer | Failure) -> None:
        timing = outcome.time if isinstance(outcome, Answer) else None
        if timing is not None:
            await self._bucket.spent(self._portal.portal_id, row.name, timing.operating, timing.resets_at)

    async def _answered(
        self, row: Method, params: dict[str, Any], about: Context, *, shown: dict[str, Any] | None
    ) -> dict[str, Any] | Failure:
        """The answer's JSON after at most one repair of each kind."""
        about = msgspec.structs.replace(about, portal_id=self._portal.portal_id)
        token = await self._usable(about)
        repaired: set[str] = set()
        while isinstance(token, Token):
            outcome = await self._once(row, params, token, about, shown)
            if isinstance(outcome, dict):
                return outcome
            repair = _repair_of(outcome)
            if repair is None or repair in repaired:
                return (
                    outcome
                    if isinstance(outcome, Failure)
                    else _later("redirect", "the portal keeps redirecting")
                )
            repaired.add(repair)
            token = await self._repaired(outcome, token, about)
        return token

    async def _once(
        self, row: Method, params: dict[str, Any], token: Token, about: Context, shown: dict[str, Any] | None
    ) -> dict[str, Any] | Failure | _Moved:
        wait_s = await self._wait_for_turn(row)
        if wait_s > 0:
            return Failure(
                policy=Policy.RETRY,
                code="rate_limit",
                message="the portal's rate limit is used up",
                who_acts=Actor.NOBODY,
                retry_after_s=wait_s,
            )
        sent = {**params, "auth": token.access}
        url = f"{self._portal.client_endpoint}{row.name}"
        reply = await self._wire.post_json(row, url, sent, about, shown=shown)
        if isinstance(reply, Failure):
            return reply
        if 300 <= reply.status < 400:
            return _Moved(reply.location)
        body = self._judged(reply, row, sent)
        if isinstance(body, Failure) and body.code == USED_UP:
            await self._bucket.refused(self._portal.portal_id)
        return body

    def _judged(self, reply: Reply, row: Method, sent: dict[str, Any]) -> dict[str, Any] | Failure:
        body = answered(reply, row, REST, sent)
        if isinstance(body, Failure):
            resets_at = _number(php.mapping(php.mapping(reply.body).get("time")).get("operating_reset_at"))
            if body.code == "OPERATION_TIME_LIMIT" and resets_at is not None:
                return msgspec.structs.replace(body, retry_after_s=max(1.0, resets_at - self._clock()))
            return body
        if "result" not in body:
            return _no_result(row)
        return body

    async def _wait_for_turn(self, row: Method) -> float:
        """Wait a little for the bucket; return what is left to wait when that is too long."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            wait_s = await self._bucket.take(self._portal.portal_id, row.name)
            if wait_s <= 0 or time.monotonic() + wait_s > deadline:
                return wait_s
            await asyncio.sleep(wait_s)

    async def _usable(self, about: Context) -> Token | Failure:
        token = await self._tokens.current(self._portal.portal_id)
        if isinstance(token, Token) and token.expires_at <= self._clock():
            return await self._renewed(token, about)
        return token

    async def _repaired(self, outcome: Failure | _Moved, token: Token, about: Context) -> Token | Failure:
        if isinstance(outcome, _Moved):
            return await self._followed(outcome, token, about)
        if outcome.code in _RENEW:
            return await self._renewed(token, about)
        return await self._other_owner(token, None, outcome)

    async def _renewed(self, stale: Token, about: Context) -> Token | Failure:
        """A newer token than `stale`: ours if we get the lease, else that of whoever has it."""
        deadline = time.monotonic() + _LEASE_PATIENCE_S
        while True:
            turn = await self._tokens.lease(self._portal.portal_id, stale.user_id, stale.access)
            if isinstance(turn, Lease):
                # Once the server has rotated the token, losing its answer costs the portal its access:
                # a stopping worker must finish this exchange.
                return await asyncio.shield(asyncio.ensure_future(self._exchanged(stale, turn, about)))
            if not isinstance(turn, Wait):
                return turn
            if time.monotonic() + turn.seconds > deadline:
                return _later("lease", "the token is being renewed elsewhere")
            await asyncio.sleep(turn.seconds)

    async def _exchanged(self, stale: Token, lease: Lease, about: Context) -> Token | Failure:
        portal = self._portal
        pair = await self._auth.refresh(lease.refresh, portal.server, about=about)
        if isinstance(pair, TokenPair) and pair.member_id not in (None, portal.member_id):
            pair = Failure(
                policy=Policy.FIX,
                code="member_mismatch",
                message="the new tokens belong to another portal",
                who_acts=Actor.ADMINISTRATOR,
            )
        if isinstance(pair, TokenPair):
            return await self._tokens.save(portal.portal_id, stale.user_id, lease.lease_id, pair)
        if pair.policy is Policy.FIX:
            return await self._other_owner(stale, lease.lease_id, pair)
        await self._tokens.give_up(portal.portal_id, stale.user_id, lease.lease_id, pair)
        # The call itself never left: whatever became of the tokens, it may be repeated.
        return msgspec.structs.replace(pair, policy=Policy.RETRY)

    async def _other_owner(self, token: Token, lease_id: str | None, failure: Failure) -> Token | Failure:
        """Put this user's token aside; another administrator's may do."""
        portal_id = self._portal.portal_id
        await self._tokens.give_up(portal_id, token.user_id, lease_id, failure)
        other = await self._tokens.current(portal_id)
        return other if isinstance(other, Token) and other.user_id != token.user_id else failure

    async def _followed(self, moved: _Moved, token: Token, about: Context) -> Token | Failure:
        """The portal was renamed (§1.5): believe it only if the authorization server says the same."""
        endpoint = (moved.location or "").partition("/rest/")[0] + "/rest/"
        if not self._auth.is_portal_endpoint(endpoint) or endpoint == self._portal.client_endpoint:
            return _later("redirect", "the portal redirects to where no portal is")
        info = await self._auth.app_info(token.access, self._portal.server, about=about)
        if isinstance(info, Failure) and info.code in _RENEW:
            renewed = await self._renewed(token, about)
            if isinstance(renewed, Failure):
                return renewed
            token = renewed
            info = await self._auth.app_info(token.access, self._portal.server, about=about)
        if isinstance(info, Failure):
            return info
        if not _confirms(info, self._portal.member_id, endpoint):
            return _later("redirect", "the authorization server does not confirm the new address")
        await self._tokens.moved(self._portal.portal_id, endpoint)
        self._portal = msgspec.structs.replace(self._portal, client_endpoint=endpoint)
        return token


def _repair_of(outcome: Failure | _Moved) -> str | None:
    if isinstance(outcome, _Moved):
        return "address"
    if outcome.code in _RENEW:
        return "token"
    return "owner" if outcome.code in _OTHER_OWNER else None


def _confirms(info: AppInfo, member_id: str, endpoint: str) -> bool:
    return info.member_id == member_id and info.client_endpoint == endpoint


def _later(code: str, message: str) -> Failure:
    """Nothing of the call itself was done."""
    return Failure(policy=Policy.RETRY, code=code, message=message, who_acts=Actor.NOBODY, retry_after_s=10.0)


def _answer(body: Mapping[str, Any]) -> Answer:
    return Answer(
        result=body.get("result"),
        total=php.whole(body.get("total")),
        next=php.whole(body.get("next")),
        time=_timing(body.get("time")),
    )


def _of_batch(result: dict[str, Any], name: str, row: Method) -> Answer | Failure:
    error = php.mapping(php.mapping(result.get("result_error")).get(name))
    if error:
        code, words = php.text(error.get("error")) or "", php.text(error.get("error_description")) or ""
        return failure_of(REST, code, words or code, http_status=None, retry=row.retry)
    body = {part: php.mapping(result.get(f"result_{part}")).get(name) for part in ("total", "next", "time")}
    found = php.mapping(result.get("result"))
    return _answer({**body, "result": found[name]}) if name in found else _no_result(row)


def _no_result(row: Method) -> Failure:
    return failure_of(
        REST, "ERROR_UNEXPECTED_ANSWER", "no result in the answer", http_status=None, retry=row.retry
    )


def _timing(value: Any) -> Timing | None:
    """`time.operating`; some methods and old portals leave it out."""
    operating = _number(php.mapping(value).get("operating"))
    if operating is None:
        return None
    return Timing(operating=operating, resets_at=_number(php.mapping(value).get("operating_reset_at")))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
