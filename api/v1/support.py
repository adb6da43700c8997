"""The access that a portal gives the provider's support: to read, for a reason, until an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.services import Services
from runtime.bearer import Holder


class SupportGrant(msgspec.Struct, frozen=True, kw_only=True):
    """Access given to the provider's support. Instants are in UTC."""

    grant_id: UUID
    reason: str
    state: Literal["active", "expired", "ended"]
    granted_by: str
    """A user id."""
    granted_by_name: str | None
    granted_at: datetime
    ends_at: datetime
    ended_by: str | None
    """Who ended it before its time."""
    ended_by_name: str | None
    ended_at: datetime | None
    looks: int
    """How often support looked."""
    looked_at: datetime | None
    """The last time."""


class SupportLook(msgspec.Struct, frozen=True, kw_only=True):
    """One look of the provider's support."""

    looked_at: datetime
    grant_id: UUID
    name: str
    """Who of the staff."""
    kind: Literal["messages", "message", "timeline"]
    subject: str | None
    """What he asked for: an id, or what he searched; null: the list."""


class NewSupportGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Access to give. `ends_at`: with its offset, at most 30 days from now."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    ends_at: Annotated[datetime, msgspec.Meta(tz=True)]


class MadeSupportGrant(msgspec.Struct, frozen=True, kw_only=True):
    """The access that was given."""

    grant_id: UUID


@get("/support/grants", operation_id="ListSupportGrants", tags=["support"])
async def list_support_grants(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[SupportGrant]:
    """The access given to the provider's support, what holds first. Needs `user.roles`."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    return [SupportGrant(**row) for row in await services.database.call("tenancy.support_grants", arguments)]


@post("/support/grants", operation_id="GrantSupport", tags=["support"])
async def grant_support(
    data: JSONBody[NewSupportGrant], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> MadeSupportGrant:
    """Let the provider's support read messages and their stories until an instant. Needs `user.roles`.

    Support changes nothing with it; without any it sees neither messages nor customers.
    """
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_reason": data.reason,
        "p_ends_at": data.ends_at,
    }
    grant_id = await services.database.call_value("tenancy.grant_support", arguments)
    return MadeSupportGrant(grant_id=grant_id)


@delete("/support/grants/{grant_id:uuid}", operation_id="EndSupport", tags=["support"])
async def end_support(
    grant_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> None:
    """End the access now; one that is over stays as it is. Needs `user.roles`."""
    arguments = {"p_portal_id": holder.portal_id, "p_actor": holder.user_id, "p_grant_id": grant_id}
    await services.database.call("tenancy.end_support", arguments)


@get("/support/looks", operation_id="ListSupportLooks", tags=["support"])
async def list_support_looks(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[SupportLook]:
    """What the provider's support looked at, the newest first. Needs `audit.view`."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    return [SupportLook(**row) for row in await services.database.call("tenancy.support_looks", arguments)]
