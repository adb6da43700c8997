"""Faults on demand, one setting per outside party, in both directions.

Our calls to a party meet `delay_ms`, `drop_request`, `http_500`, `http_503`, `html_502` and `drop_response`
(`Faults.before`, or `faulty_calls` around all routes of a party). A party's callbacks to us meet `delay_ms`
and `reorder` (`Faults.hold`) and `duplicate` (`Faults.copies`). Counts say what was really injected.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from time import monotonic
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal["drop_request", "http_500", "http_503", "html_502", "drop_response"]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=60_000)]

PARTIES = ("gupshup", "bitrix24", "stripe", "paypal")
_KINDS: tuple[Kind, ...] = ("drop_request", "http_500", "http_503", "html_502", "drop_response")
# Wide enough that callbacks with a random delay keep their order unless `reorder` says otherwise: event
# loops round their timers to a millisecond.
_APART_S = 0.002


class PartyFaults(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What goes wrong with one party; probabilities from 0 to 1, delays as [least, most] milliseconds."""

    duplicate: Probability = 0.0
    """A callback is delivered twice."""
    reorder: Probability = 0.0
    """A callback is held until later ones have passed it."""
    drop_response: Probability = 0.0
    """Our call has its effect, then the connection closes without an answer."""
    drop_request: Probability = 0.0
    """The connection closes before our call has any effect."""
    http_500: Probability = 0.0
    http_503: Probability = 0.0
    html_502: Probability = 0.0
    """A proxy's HTML page instead of the party's JSON."""
    delay_ms: tuple[Milliseconds, Milliseconds] = (0, 0)

    def __post_init__(self) -> None:
        if self.delay_ms[0] > self.delay_ms[1]:
            raise ValueError("delay_ms is [least, most]: the first may not be greater than the second")
        if sum(getattr(self, kind) for kind in _KINDS) > 1:
            raise ValueError(
                f"a call meets one fault at most: {', '.join(_KINDS)} may not add up to more than 1"
            )


class FaultSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body of `PUT /sandbox/faults`: it replaces everything, a party left out has no faults."""

    gupshup: PartyFaults = PartyFaults()
    bitrix24: PartyFaults = PartyFaults()
    stripe: PartyFaults = PartyFaults()
    paypal: PartyFaults = PartyFaults()
    seed: int | None = None
    """Draw the same faults again from here on."""


class Injected(msgspec.Struct, frozen=True):
    """One fault that a call of ours must meet."""

    kind: Kind

    @property
    def after_effect(self) -> bool:
        """True when the call is performed first and only its answer is lost."""
        return self.kind == "drop_response"

    def response(self) -> Response[Any]:
        """What the caller sees of it."""
        match self.kind:
            case "http_500":
                return Response({"status": "error", "message": "Internal Server Error"}, status_code=500)
            case "http_503":
                return Response({"status": "error", "message": "Service Unavailable"}, status_code=503)
            case "html_502":
                page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
                return Response(page, status_code=502, media_type="text/html")
            case _:
                return HangUp()


class Faults:
    """Draws faults by the settings in force and counts them."""

    def __init__(self, seed: int | None = None) -> None:
        self.settings = FaultSettings()
        self.counts: dict[str, Counter[str]] = {party: Counter() for party in PARTIES}
        self._random = Random(seed)
        self._last_release: dict[str, float] = {}

    def put(self, settings: FaultSettings) -> None:
        """Replace the settings and begin counting anew."""
        self.settings = settings
        self.counts = {party: Counter() for party in PARTIES}
        if settings.seed is not None:
            self._random = Random(settings.seed)

    def shown(self) -> dict[str, Any]:
        """The settings in force and, per party, how often each fault was injected since they were put."""
        parties: dict[str, Any] = {
            party: msgspec.to_builtins(getattr(self.settings, party)) for party in PARTIES
        }
        return {**parties, "counts": {party: dict(counter) for party, counter in self.counts.items()}}

    async def before(self, party: str, operation: str) -> Injected | None:
        """Wait the party's delay, then say what the call `operation` of ours must meet, if anything."""
        settings = self._of(party)
        delay_s = self._delay_s(settings)
        if delay_s:
            self._count(party, "delay")
            await asyncio.sleep(delay_s)
        drawn = self._random.random()
        for kind in _KINDS:
            drawn -= getattr(settings, kind)
            if drawn < 0:
                self._count(party, kind)
                return Injected(kind)
        return None

    def copies(self, party: str) -> int:
        """How often a callback of the party is to be delivered: 1, or 2 for a duplicate."""
        if self._random.random() < self._of(party).duplicate:
            self._count(party, "duplicate")
            return 2
        return 1

    async def hold(self, party: str) -> None:
        """Wait before a callback is delivered: delays keep the order of the calls, `reorder` breaks it.

        A held callback must not block the others: call this in a task per callback.
        """
        settings = self._of(party)
        delay_s = self._delay_s(settings)
        if delay_s:
            self._count(party, "delay")
            now = monotonic()
            release = max(self._last_release.get(party, 0.0) + _APART_S, now + delay_s)
            self._last_release[party] = release
            delay_s = release - now
        if self._random.random() < settings.reorder:
            self._count(party, "reorder")
            delay_s += self._random.uniform(0.1, 0.5) + settings.delay_ms[1] / 1000
        if delay_s:
            await asyncio.sleep(delay_s)

    def _of(self, party: str) -> PartyFaults:
        if party not in self.counts:
            raise ValueError(f"no such party: {party}")
        found: PartyFaults = getattr(self.settings, party)
        return found

    def _delay_s(self, settings: PartyFaults) -> float:
        least, most = settings.delay_ms
        return self._random.uniform(least, most) / 1000 if most else 0.0

    def _count(self, party: str, what: str) -> None:
        self.counts[party][what] += 1


async def hang_up(receive: Receive) -> None:
    """Close the client's TCP connection without a byte of answer; needs uvicorn under the application.

    ASGI has no word for this: uvicorn answers 500 to an application that returns silently. Its `receive` is
    a method of its request cycle, which knows the connection. Waiting for the disconnect afterwards keeps it
    from writing that 500.
    """
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise RuntimeError(
            "dropping a connection needs uvicorn's own receive; serve the sandbox with uvicorn"
        )
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


class _HangingUp(ASGIResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, send
        await hang_up(receive)


class HangUp(Response[None]):
    """An answer that is none: returned by a handler, it closes the connection instead."""

    def __init__(self) -> None:
        super().__init__(content=None)

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIResponse:
        """Return what Litestar calls in place of sending a response."""
        del args, kwargs
        return _HangingUp()


def faulty_calls(faults: Faults, party: str) -> Callable[[ASGIApp], ASGIApp]:
    """Middleware around the routes of one party: our calls meet its faults, its handlers know none.

    A function because Litestar copies the objects it is given, and a copy of `faults` hears of no settings.
    """

    def around(app: ASGIApp) -> ASGIApp:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            arrived = await _arrived(receive)
            injected = await faults.before(party, f"{scope['method']} {scope['path']}")
            if injected is None:
                await app(scope, arrived, send)
            elif injected.after_effect:
                await app(scope, arrived, _unheard)
                await hang_up(receive)
            else:
                request: Request[Any, Any, State] = Request(scope, receive, send)
                await injected.response().to_asgi_response(None, request)(scope, receive, send)

        return call

    return around


async def _arrived(receive: Receive) -> Receive:
    """The request, read: what has arrived has its effect, also when its sender dies while it is held."""
    parts = [await receive()]
    while parts[-1]["type"] == "http.request" and parts[-1].get("more_body"):
        parts.append(await receive())
    waiting = iter(parts)

    async def again() -> Any:
        return next(waiting, None) or await receive()

    return again


async def _unheard(message: Message) -> None:
    """Swallow an answer that the caller will never get."""
    del message
