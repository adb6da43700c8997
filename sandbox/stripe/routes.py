"""The HTTP face of the simulated API: key, version, idempotency, errors (§1.2); `{base}/stripe`."""

from __future__ import annotations

import asyncio
import hashlib
from secrets import token_hex
from typing import Any

import msgspec
from litestar import Request, Response, Router, route
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from sandbox.faults import faulty_calls
from sandbox.stripe.api import Call, expanded, find
from sandbox.stripe.checking import checked
from sandbox.stripe.dashboard import dashboard_routes
from sandbox.stripe.forms import decoded
from sandbox.stripe.pages import page_routes
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.shapes import API_VERSION
from sandbox.stripe.state import Json, Replay

AnyRequest = Request[Any, Any, State]
_KEY_LIVES_S = 86_400
_LONGEST_KEY = 255


def stripe_router(stripe: StripeSandbox) -> Router:
    """The API behind its faults, and the hosted pages, which meet none."""
    api = Router(path="/v1", route_handlers=[answer], middleware=[faulty_calls(stripe.faults, "stripe")])
    return Router(
        path="/stripe",
        route_handlers=[api, *page_routes(), *dashboard_routes()],
        dependencies={"stripe": Provide(lambda: stripe, sync_to_thread=False)},
        include_in_schema=False,
    )


@route("/{path:path}", http_method=["GET", "POST", "DELETE"], status_code=200)
async def answer(
    path: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
) -> Response[bytes]:
    """Any call of the API."""
    raw = (await request.body()).decode("utf-8", "replace")
    text = raw if request.method == "POST" else request.url.query
    operation = f"{request.method} /v1/{path.strip('/')}"
    try:
        status, body, replayed = await _performed(stripe, request, f"/v1/{path.strip('/')}", text)
    except Refusal as refusal:
        if refusal.status not in (402, 404, 409):
            shown = decoded(text)
            stripe.complain(operation, refusal.status, str(refusal), shown)
        status, body, replayed = refusal.status, _encoded({"error": refusal.error}), False
    headers = {"Request-Id": f"req_{token_hex(7)}", "Stripe-Version": API_VERSION}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(body, status_code=status, media_type="application/json", headers=headers)


async def _performed(
    stripe: StripeSandbox, request: AnyRequest, path: str, text: str
) -> tuple[int, bytes, bool]:
    if request.headers.get("Authorization") != f"Bearer {stripe.secret_key}":
        raise Refusal(401, "Invalid API Key provided: sk_test_****")
    if request.headers.get("Stripe-Version") != API_VERSION:
        raise Refusal(400, f"Invalid Stripe API version, this sandbox speaks {API_VERSION}")
    found = find(request.method, path)
    if found is None:
        raise Refusal(404, f"Unrecognized request URL ({request.method}: {path}).", code="url_invalid")
    call, object_id = found
    params = checked(decoded(text), call.shape)
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return 200, _encoded(_act(stripe, call, object_id, params)), False
    if len(key) > _LONGEST_KEY:
        raise Refusal(400, "Idempotency keys are at most 255 characters long.")
    return await _once(stripe, key, f"{path}?{text}", lambda: _act(stripe, call, object_id, params))


async def _once(stripe: StripeSandbox, key: str, what: str, act: Any) -> tuple[int, bytes, bool]:
    """Perform a write once per key: the first answer is kept for a day, also one that is an error (§1.2)."""
    fingerprint = hashlib.sha256(what.encode()).hexdigest()
    known = stripe.state.replays.get(key)
    now = stripe.clock.now().timestamp()
    if known is not None and now - known.at < _KEY_LIVES_S:
        if known.fingerprint != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the parameters they were first used with."
            )
            raise Refusal(400, message, kind="idempotency_error")
        if not known.status:
            message = "There is currently another in-progress request using this Idempotency Key."
            raise Refusal(409, message, code="idempotency_key_in_use", kind="idempotency_error")
        return known.status, known.body.encode(), True
    replay = stripe.state.replays[key] = Replay(fingerprint=fingerprint, at=now)
    try:
        if stripe.state.knobs.think_ms:
            await asyncio.sleep(stripe.state.knobs.think_ms / 1000)
        status, body = 200, _encoded(act())
    except Refusal as refusal:
        if refusal.by_check:
            stripe.state.replays.pop(key, None)
            raise
        status, body = refusal.status, _encoded({"error": refusal.error})
    except BaseException:
        stripe.state.replays.pop(key, None)
        raise
    replay.status, replay.body = status, body.decode()
    return status, body, False


def _act(stripe: StripeSandbox, call: Call, object_id: str, params: Json) -> Json:
    expand = params.pop("expand", [])
    return expanded(stripe, call.act(stripe, object_id, params), expand)


def _encoded(body: Json) -> bytes:
    return msgspec.json.encode(body)
