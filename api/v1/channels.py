"""Channels: each a WhatsApp number on an open line, with one state and one next action."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from adapters.webhook_secrets import WebhookSecrets
from api.services import Services
from runtime.bearer import Holder

Event = Literal["connect", "disconnect", "remove", "check"]


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

    state: str


@get("/channels", operation_id="ListChannels", tags=["channels"])
async def list_channels(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[dict[str, Any]]:
    """The channels this user may see, each with its state and next action."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    return await services.database.call("tenancy.channels", arguments)


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
    """Connect, disconnect or remove a channel, or have it checked now; 409 where its state forbids it."""
    arguments = {"p_portal_id": holder.portal_id, "p_channel_id": channel_id, "p_actor": holder.user_id}
    if event == "check":
        state = await services.database.call_value("tenancy.request_check", arguments)
    else:
        state = await services.database.call_value("tenancy.change_channel", {**arguments, "p_event": event})
    services.alarm.ring()
    return ChannelState(state=state)
