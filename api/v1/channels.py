"""Channels: each a WhatsApp number on an open line, with one state and one next action."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from adapters.webhook_secrets import WebhookSecrets
from api.problems import Refused
from api.services import Services
from api.v1.channel_facts import Channel, ChannelDetail, State, TickAt, channel_of, detail_of, spoken
from runtime.bearer import Holder

Event = Literal["connect", "pause", "unpause", "disconnect", "remove", "repair", "check"]


class NewChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A number to add. `app_key` is the Gupshup app's key; it is sealed and never shown again."""

    line_id: str
    phone: str
    app_id: str
    app_name: str
    app_key: str
    name: str = ""

    def __repr__(self) -> str:
        return f"NewChannel(line_id={self.line_id!r}, phone={self.phone!r}, app_key=[secret])"


class AddedChannel(msgspec.Struct, frozen=True, kw_only=True):
    """The channel that was made; the worker is connecting it."""

    channel_id: UUID


class ChannelState(msgspec.Struct, frozen=True, kw_only=True):
    """A channel's state after an event."""

    state: State


class ChannelSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a channel to change; what is left out stays. `app_key` is sealed and never shown again."""

    name: str | None = None
    tick_at: TickAt | None = None
    app_key: str | None = None

    def __repr__(self) -> str:
        return f"ChannelSettings(name={self.name!r}, tick_at={self.tick_at!r}, app_key=[secret])"


class TestMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a test message is to go: a phone that wrote to the channel within 24 hours."""

    phone: str


class SentTest(msgspec.Struct, frozen=True, kw_only=True):
    """The test message; its story is the timeline of its id."""

    message_id: UUID


@get("/channels", operation_id="ListChannels", tags=["channels"])
async def list_channels(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[Channel]:
    """The channels this user may see, each with its state, next action and connection tests."""
    rows = await services.database.call("tenancy.channels", _by(holder))
    return [channel_of(row, spoken(holder)) for row in rows]


@get("/channels/{channel_id:uuid}", operation_id="GetChannel", tags=["channels"])
async def get_channel(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> ChannelDetail:
    """One channel with its history and what is known of its number."""
    arguments = {**_by(holder), "p_channel_id": channel_id}
    row = await _row(channel_id, services, holder)
    changes = await services.database.call("tenancy.channel_changes", arguments)
    facts = await services.database.call("tenancy.channel_facts", arguments)
    return detail_of(row, changes, facts, spoken(holder))


@post("/channels", status_code=201, operation_id="AddChannel", tags=["channels"])
async def add_channel(
    data: JSONBody[NewChannel], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> AddedChannel:
    """Add a number to an open line and start connecting it."""
    facts = {
        "name": data.name,
        "connector": services.connector_id,
        "line_id": data.line_id,
        "phone": data.phone,
        "app_id": data.app_id,
        "app_name": data.app_name,
        "key_sealed": services.box.seal(data.app_key).hex(),
        **WebhookSecrets.new().facts(services.box),
    }
    arguments = {"p_portal_id": holder.portal_id, "p_actor": holder.user_id, "p_facts": facts}
    channel_id = await services.database.call_value("tenancy.add_channel", arguments)
    services.alarm.ring()
    return AddedChannel(channel_id=channel_id)


@patch("/channels/{channel_id:uuid}", operation_id="ConfigureChannel", tags=["channels"])
async def configure_channel(
    channel_id: FromPath[UUID],
    data: JSONBody[ChannelSettings],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> Channel:
    """Change a channel's name, which the portal shows too, the rung of its ticks, or its Gupshup key.

    A channel in trouble is connected again with the new key.
    """
    settings = {"name": data.name, "tick_at": data.tick_at}
    sealed = {} if data.app_key is None else {"key_sealed": services.box.seal(data.app_key).hex()}
    arguments = {**_of(channel_id, holder), "p_settings": {**settings, **sealed}}
    await services.database.call("tenancy.configure_channel", arguments)
    services.alarm.ring()
    return channel_of(await _row(channel_id, services, holder), spoken(holder))


@delete("/channels/{channel_id:uuid}", status_code=200, operation_id="RemoveChannel", tags=["channels"])
async def remove_channel(
    channel_id: FromPath[UUID],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    history: FromQuery[Literal["keep", "erase"]] = "keep",
) -> ChannelState:
    """Remove a channel that is off. `erase`: its words, files and raw bytes go; states and charges stay."""
    arguments = {**_of(channel_id, holder), "p_history": history}
    state = await services.database.call_value("tenancy.remove_channel", arguments)
    services.alarm.ring()
    return ChannelState(state=state)


@post(
    "/channels/{channel_id:uuid}/test-message",
    status_code=201,
    operation_id="SendTestMessage",
    tags=["channels"],
)
async def send_test_message(
    channel_id: FromPath[UUID],
    data: JSONBody[TestMessage],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> SentTest:
    """Send a short test message; 409 `write_first` where nobody wrote from that phone within 24 hours."""
    arguments = {**_of(channel_id, holder), "p_phone": data.phone}
    message_id = await services.database.call_value("messaging.send_test", arguments)
    services.alarm.ring()
    return SentTest(message_id=message_id)


@post(
    "/channels/{channel_id:uuid}/{event:str}",
    status_code=200,
    operation_id="ChangeChannel",
    tags=["channels"],
)
async def change_channel(
    channel_id: FromPath[UUID],
    event: FromPath[Event],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> ChannelState:
    """Connect, pause, unpause, disconnect or remove a channel, have it checked or repaired now.

    409 where its state forbids it.
    """
    arguments = _of(channel_id, holder)
    if event == "check":
        state = await services.database.call_value("tenancy.request_check", arguments)
    elif event == "repair":
        state = await services.database.call_value("tenancy.repair_channel", arguments)
    else:
        state = await services.database.call_value("tenancy.change_channel", {**arguments, "p_event": event})
    services.alarm.ring()
    return ChannelState(state=state)


def _by(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}


def _of(channel_id: UUID, holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_channel_id": channel_id, "p_actor": holder.user_id}


async def _row(channel_id: UUID, services: Services, holder: Holder) -> dict[str, Any]:
    """The channel's row of `tenancy.channels`. Raises `Refused` for one that the caller does not see."""
    arguments = {**_by(holder), "p_channel_id": channel_id}
    row = await services.database.call_one("tenancy.channels", arguments)
    if row is None:
        raise Refused(404, "unknown_channel", "There is no such channel.", "Look in the list of channels.")
    return row
