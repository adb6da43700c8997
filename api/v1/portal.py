"""The portal itself: its set-up, its settings, its open lines and people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from adapters.explanations import Explanation
from api.bitrix24.installing import refused
from api.problems import Refused
from api.services import Services
from api.v1.channel_facts import explained, spoken
from connectors.bitrix24.directory import lines, users
from connectors.bitrix24.texts import Language
from connectors.outside import Failure
from runtime.bearer import Holder


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the page open."""

    user_id: str
    name: str
    is_admin: bool


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """A portal: its state, its settings and the outcome of its last set-up. Instants are in UTC."""

    portal_id: UUID
    member_id: str
    domain: str
    state: Literal["installing", "installed", "needs_reauth", "suspended", "uninstalled"]
    state_reason: str | None
    language: Language
    """In which the portal's people are told things."""
    time_zone: str
    connector: str
    """The connector's id in Bitrix24, which never changes."""
    connector_name: str
    """What Bitrix24 calls our connector."""
    app_name: str
    notify: list[str]
    """Ids of the users who get a notification when a channel needs attention, and when it works again."""
    scope: str
    repaired_at: datetime | None
    repair_failures: int
    repair_report: dict[str, Any]
    installed_at: datetime | None
    user: User
    may: list[str]
    """The caller's portal-wide permissions."""
    explanation: Explanation | None
    """Why its last set-up failed, else why it is in this state."""


class PortalSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a portal to change; what is left out stays."""

    language: Language | None = None
    connector_name: str | None = None
    """Empty: the application's name."""
    notify: list[str] | None = None


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The state after the installer's page finished."""

    state: str


class OpenLine(msgspec.Struct, frozen=True, kw_only=True):
    """An open line, and the channel that serves it, if one does: a line takes one."""

    line: str
    name: str
    is_active: bool
    operators: list[str]
    """User ids."""
    channel_id: UUID | None
    channel_name: str | None


class PortalUser(msgspec.Struct, frozen=True, kw_only=True):
    """One of the portal's people."""

    user_id: str
    name: str
    is_admin: bool
    is_notified: bool


@get("/portal", operation_id="GetPortal", tags=["portal"])
async def get_portal(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> Portal:
    """The portal's state, settings and the report of its last set-up."""
    return await _portal(services, holder)


@patch("/portal", operation_id="ConfigurePortal", tags=["portal"])
async def configure_portal(
    data: JSONBody[PortalSettings], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Portal:
    """Change the portal's language, the connector's name in Bitrix24, and whom to notify."""
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_settings": msgspec.to_builtins(data),
    }
    await services.database.call("tenancy.configure_portal", arguments)
    services.alarm.ring()
    return await _portal(services, holder)


@post("/portal/finish", status_code=200, operation_id="FinishInstallation", tags=["portal"])
async def finish_installation(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Finished:
    """The installer's page is about to call installFinish: events flow from now on. Administrators only."""
    arguments = {"p_portal_id": holder.portal_id, "p_actor": holder.user_id}
    await services.database.call("tenancy.confirm_install", arguments)
    services.alarm.ring()
    return Finished(state="installed")


@get("/lines", operation_id="ListLines", tags=["portal"])
async def list_lines(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> list[OpenLine]:
    """The portal's open lines, asked of the portal now: a person waits for them. Needs `channel.view`."""
    by = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id, "p_permission": "channel.view"}
    await services.database.call("tenancy.demand_somewhere", by)
    client = await services.portals.client(holder.portal_id)
    found = client if isinstance(client, Failure) else await lines(client)
    if isinstance(found, Failure):
        raise refused(found)
    taken = await services.database.call("tenancy.taken_lines", {"p_portal_id": holder.portal_id})
    channels = {row["line_id"]: row for row in taken}
    return [
        OpenLine(
            **msgspec.structs.asdict(line),
            channel_id=channels[line.line]["channel_id"] if line.line in channels else None,
            channel_name=channels[line.line]["name"] if line.line in channels else None,
        )
        for line in found
    ]


@get("/users", operation_id="ListUsers", tags=["portal"])
async def list_users(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[PortalUser]:
    """The portal's active people, asked of the portal now. Needs `portal.configure`."""
    client = await services.portals.client(holder.portal_id)
    found = client if isinstance(client, Failure) else await users(client)
    if isinstance(found, Failure):
        raise refused(found)
    people = [
        {"user_id": person.user_id, "name": person.name, "is_active": person.is_active} for person in found
    ]
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id, "p_people": people}
    return [PortalUser(**row) for row in await services.database.call("tenancy.people", arguments)]


async def _portal(services: Services, holder: Holder) -> Portal:
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    row = await services.database.call_one("tenancy.portal_overview", arguments)
    if row is None:
        raise Refused(404, "unknown_portal", "This portal has not installed the application.")
    user = User(user_id=holder.user_id, name=row.pop("user_name"), is_admin=row.pop("is_admin"))
    name = row.pop("connector_name") or services.app_name
    code = row["repair_report"].get("failure") if row["repair_failures"] else row["state_reason"]
    return Portal(
        **row,
        connector_name=name,
        app_name=services.app_name,
        user=user,
        explanation=explained(code, "bitrix24", spoken(holder)),
    )
