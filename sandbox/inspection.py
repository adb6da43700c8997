"""The sandbox's control routes for phones, apps, faults and time: what tests and the demo page drive.

JSON in, JSON out. Whatever cannot be meant is answered 4xx with `{"error", "what_to_do"}`. The routes for
Bitrix24 portals are in `sandbox.portal_inspection`.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from sandbox.clock import Clock
from sandbox.faults import Faults, FaultSettings
from sandbox.feed import Feed
from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.state import Message, SandboxApp, Template
from sandbox.gupshup.templates import Decision
from sandbox.gupshup.writing import Written
from sandbox.misuse import Misuse
from sandbox.reading import AnyRequest, changed, read


class NewApp(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/gupshup/apps`."""

    name: str
    phone: str
    key: str | None = None


class RawWebhook(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/gupshup/webhooks`: `body` is any JSON, or a string posted as it is."""

    body: Any
    channel: str | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1


class Ahead(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/clock`."""

    advance_s: Annotated[float, msgspec.Meta(ge=0)]


class WhatsApp(Controller):
    """Customers' telephones."""

    path = "/sandbox/whatsapp"

    @get()
    async def phones(self, gupshup: NamedDependency[GupshupSandbox]) -> list[dict[str, Any]]:
        """All telephones with their settings."""
        return [msgspec.to_builtins(phone) for phone in gupshup.state.phones.values()]

    @put("/{phone:str}")
    async def change(
        self, phone: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """Set what the body names of `sandbox.gupshup.state.Phone`; answers the telephone."""
        before = gupshup.phone(phone)
        after = await changed(request, before)
        if after.number != before.number:
            raise Misuse(400, "a telephone keeps its number", "leave `number` out")
        gupshup.change_phone(before, after)
        shown: dict[str, Any] = msgspec.to_builtins(after)
        return shown

    @post("/{phone:str}/messages")
    async def write(
        self, phone: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """The customer writes (`sandbox.gupshup.writing.Written`): 201 with the message's WhatsApp id."""
        message = gupshup.customer_writes(phone, await read(request, Written))
        return {"id": message.ids["id"], "state": message.state}

    @get("/{phone:str}/messages")
    async def conversation(
        self,
        phone: FromPath[str],
        gupshup: NamedDependency[GupshupSandbox],
        channel: FromQuery[str | None] = None,
    ) -> list[dict[str, Any]]:
        """The conversation in order; `in` is from the customer to the company."""
        return [shown_message(gupshup, one) for one in gupshup.conversation(phone, channel)]

    @post("/{phone:str}/read", status_code=200)
    async def look(self, phone: FromPath[str], gupshup: NamedDependency[GupshupSandbox]) -> dict[str, int]:
        """The customer reads what was delivered (for telephones with `auto_read` off)."""
        return {"read": gupshup.progress.read_all(gupshup.known_phone(phone).number)}


class Gupshup(Controller):
    """Apps, raw callbacks and callbacks under way."""

    path = "/sandbox/gupshup"

    @get("/apps")
    async def apps(self, gupshup: NamedDependency[GupshupSandbox]) -> list[dict[str, Any]]:
        """All apps; the keys are the simulation's own."""
        return [shown_app(app) for app in gupshup.state.apps.values()]

    @post("/apps")
    async def create(self, request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]) -> dict[str, Any]:
        """A new app: 201 with app_id, name, phone, key."""
        wanted = await read(request, NewApp)
        return shown_app(gupshup.create_app(wanted.name, wanted.phone, wanted.key))

    @put("/apps/{channel:str}")
    async def change(
        self, channel: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """Set what the body names of `sandbox.gupshup.state.Knobs`; answers the app."""
        app = gupshup.app(channel)
        before = app.knobs
        app.knobs = await changed(request, before)
        gupshup.change_app(app, before)
        return shown_app(app)

    @get("/templates")
    async def templates(self, gupshup: NamedDependency[GupshupSandbox]) -> list[Template]:
        """The templates of all apps."""
        return list(gupshup.state.templates.values())

    @post("/templates/{template_id:str}", status_code=200)
    async def decide(
        self, template_id: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> Template:
        """WhatsApp decides about a template (`sandbox.gupshup.templates.Decision`) and tells it."""
        template = gupshup.templates.decide(template_id, await read(request, Decision))
        if template is None:
            raise Misuse(404, f"unknown template {template_id!r}", "GET /sandbox/gupshup/templates")
        return template

    @post("/webhooks", status_code=200)
    async def webhook(self, request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]) -> dict[str, Any]:
        """Post a raw callback as Gupshup would; answers our side's status, and all of them with `times`.

        `status` is null when no answer came within ten seconds. Copies are posted at the same time.
        """
        wanted = await read(request, RawWebhook)
        app = gupshup.app(wanted.channel)
        subscription = next((one for one in app.subscriptions.values() if one.active), None)
        if subscription is None:
            raise Misuse(409, f"{app.name} has no active subscription", "connect the channel first")
        body = wanted.body.encode() if isinstance(wanted.body, str) else msgspec.json.encode(wanted.body)
        posts = (gupshup.delivery.post(subscription, body) for _ in range(wanted.times))
        statuses = await asyncio.gather(*posts)
        return {"status": statuses[0], "statuses": statuses}

    @get("/callbacks")
    async def callbacks(self, gupshup: NamedDependency[GupshupSandbox]) -> dict[str, Any]:
        """Callbacks that were not answered 2xx yet, and those that were given up."""
        return {
            "waiting": [msgspec.to_builtins(one) for one in gupshup.state.callbacks.values()],
            "given_up": [msgspec.to_builtins(one) for one in gupshup.state.given_up],
        }


class Surroundings(Controller):
    """Faults, time and the feed of events."""

    path = "/sandbox"

    @get("/faults")
    async def faults(self, faults: NamedDependency[Faults]) -> dict[str, Any]:
        """The settings in force per party and how often each fault was injected since."""
        return faults.shown()

    @put("/faults")
    async def put_faults(
        self, request: AnyRequest, faults: NamedDependency[Faults], feed: NamedDependency[Feed]
    ) -> dict[str, Any]:
        """Replace all settings; a party that is left out has no faults."""
        faults.put(await read(request, FaultSettings))
        feed.publish("faults")
        return faults.shown()

    @get("/clock")
    async def now(self, clock: NamedDependency[Clock]) -> dict[str, Any]:
        """The sandbox's time and how far it is ahead."""
        return {"now": clock.now().isoformat(), "ahead_s": clock.ahead.total_seconds()}

    @post("/clock", status_code=200)
    async def advance(
        self, request: AnyRequest, clock: NamedDependency[Clock], feed: NamedDependency[Feed]
    ) -> dict[str, Any]:
        """Move the time ahead: closes 24-hour windows, ends media links and tokens."""
        clock.advance(timedelta(seconds=(await read(request, Ahead)).advance_s))
        feed.publish("clock")
        return {"now": clock.now().isoformat(), "ahead_s": clock.ahead.total_seconds()}

    @get("/events")
    async def events(
        self, feed: NamedDependency[Feed], after: FromQuery[int] = 0, wait_s: FromQuery[float] = 5.0
    ) -> dict[str, Any]:
        """What happened after number `after`; waits up to `wait_s` (at most 25) when nothing did yet."""
        events = await feed.after(after, min(max(wait_s, 0.0), 25.0))
        return {"last": feed.last, "events": events}


def shown_app(app: SandboxApp) -> dict[str, Any]:
    """An app as the control routes answer it, without its webhooks' secret addresses."""
    return {
        "app_id": app.app_id,
        "name": app.name,
        "phone": app.phone,
        "key": app.key,
        "knobs": msgspec.to_builtins(app.knobs),
        "subscriptions": [
            {"id": one.id, "tag": one.tag, "modes": one.modes, "active": one.active}
            for one in app.subscriptions.values()
        ],
    }


def shown_message(gupshup: GupshupSandbox, message: Message) -> dict[str, Any]:
    """A message as the conversation on the phone shows it."""
    shown: dict[str, Any] = {
        "direction": message.direction,
        "text": message.text,
        "ids": message.ids,
        "state": message.state,
        "kind": message.kind,
        "channel": gupshup.state.apps[message.app_id].name,
        "at": message.at,
    }
    for extra in ("reply_to", "media", "failure"):
        if (value := getattr(message, extra)) is not None:
            shown[extra] = msgspec.to_builtins(value)
    if message.kind in {"buttons", "list"}:
        shown["content"] = message.content
    return shown
