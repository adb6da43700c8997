"""The portal itself: its set-up, its open lines."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency

from api.bitrix24.installing import refused
from api.services import Services
from connectors.bitrix24.directory import Line, lines
from connectors.outside import Failure
from runtime.bearer import Holder


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The state after the installer's page finished."""

    state: str


@get("/portal", operation_id="GetPortal", tags=["portal"])
async def get_portal(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> dict[str, Any] | None:
    """The portal's state and the report of its last set-up."""
    return await services.database.call_one("tenancy.portal_overview", {"p_portal_id": holder.portal_id})


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
async def list_lines(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> list[Line]:
    """The portal's open lines, asked of the portal now because a person waits for them."""
    client = await services.portals.client(holder.portal_id)
    found = client if isinstance(client, Failure) else await lines(client)
    if isinstance(found, Failure):
        raise refused(found)
    return found
