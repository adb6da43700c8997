"""People and permissions: who is in the company, who plays which role where, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from adapters.company import read_company
from adapters.explanations import Explanation
from api.services import Services
from api.v1.channel_facts import explained, spoken
from connectors.outside import Failure
from runtime.bearer import Holder

Role = Literal["agent", "supervisor", "auditor", "channel_admin", "billing_admin", "owner"]
Rule = Literal[
    "nobody",
    "dismissed",
    "vanished",
    "user_channel",
    "user_portal",
    "administrator",
    "department",
    "everybody",
]
_Id = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]
_Search = Annotated[str, msgspec.Meta(max_length=100)]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person stands on one channel, or (`channel_id` null) on the whole portal."""

    channel_id: UUID | None
    rule: Rule
    """What decides: a setting of his own, that he is an administrator, his departments, or none of these."""
    roles: list[Role]
    receives_new_clients: bool
    version: int | None
    """Of his own setting here; null: there is none."""
    own_role: Role | None
    """What his own setting says, also while something else decides, as for who was dismissed."""
    own_receives: bool | None
    """Whether his own setting gives him new clients."""


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """One of the portal's people, with where he stands."""

    user_id: str
    name: str
    job: str | None
    departments: list[str]
    """Names."""
    is_admin: bool
    is_active: bool
    has_vanished: bool
    """The portal's list of employees no longer names him."""
    cells: list[Standing]


class Colleagues(msgspec.Struct, frozen=True, kw_only=True):
    """A page of people, and how many match, whatever the page."""

    people: list[Colleague]
    total: int


class RoleSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to a department on one channel, or (`channel_id` null) on the whole portal."""

    channel_id: UUID | None
    role: Role
    receives_new_clients: bool
    version: int


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department with the roles given to it. `people`: those below it counted."""

    department_id: str
    name: str
    parent_id: str | None
    has_vanished: bool
    people: int
    settings: list[RoleSetting]


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in an open line's queue; `name` null: no list named him."""

    user_id: str
    name: str | None


class LineWithQueue(msgspec.Struct, frozen=True, kw_only=True):
    """An open line as Bitrix24 names it. `channels`: the names of those that it serves."""

    line_id: str
    name: str
    is_active: bool
    has_vanished: bool
    operators: list[Operator]
    channels: list[str]


class DirectoryReading(msgspec.Struct, frozen=True, kw_only=True):
    """When the company was last read from Bitrix24. Instants are in UTC; all null: never."""

    read_at: datetime | None = None
    actor: str | None = None
    """For which user; null: by the clock."""
    actor_name: str | None = None
    failure: str | None = None
    succeeded_at: datetime | None = None
    counts: dict[str, int] = {}
    """How many `people`, `departments` and `lines` were named."""
    explanation: Explanation | None = None


class RoleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting to make, change or (`role` null) remove; of a user or of a department."""

    user_id: _Id | None = None
    department_id: _Id | None = None
    channel_id: UUID | None = None
    """Null: the whole portal."""
    role: Role | None = None
    receives_new_clients: bool = True
    version: int | None = None
    """As last seen; null: there is no setting yet."""


class SetRole(msgspec.Struct, frozen=True, kw_only=True):
    """The setting's new version; null: it is removed."""

    version: int | None


class PastRoleChange(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed whose role. `before` and `after`: `role` and `receives_new_clients`; null: no setting."""

    changed_at: datetime
    actor: str
    actor_name: str | None
    user_id: str | None
    department_id: str | None
    name: str | None
    channel_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class PermissionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a person may do something, or why not."""

    is_allowed: bool
    verdict: Literal[
        "allowed",
        "dismissed",
        "vanished",
        "role",
        "receives_off",
        "channel_state",
        "line_inactive",
        "not_in_queue",
    ]
    """The first thing that hinders him."""
    party: Literal["ours", "bitrix24"]
    """Whose rule it is."""
    rule: Rule
    roles: list[Role]
    departments: list[str]
    """The departments that give him these roles."""
    needed: list[Role]
    """The roles that include it."""
    channel_state: str | None


@get("/people", operation_id="ListRoles", tags=["people"])
async def list_people(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    search: FromQuery[_Search | None] = None,
    offset: FromQuery[Annotated[int, msgspec.Meta(ge=0, le=100_000)]] = 0,
    limit: FromQuery[Annotated[int, msgspec.Meta(ge=1, le=100)]] = 50,
    department: FromQuery[_Id | None] = None,
) -> Colleagues:
    """People by name, and where each stands, on the whole portal and on every channel. Needs `user.roles`.

    `search`: part of a name or position; `department`: who is in it or below it.
    """
    arguments = {**_caller(holder), "p_search": search or None, "p_offset": offset, "p_limit": limit}
    row = await services.database.call_one("tenancy.role_matrix", {**arguments, "p_department": department})
    return msgspec.convert(row, Colleagues)


@get("/departments", operation_id="ListDepartments", tags=["people"])
async def list_departments(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[Department]:
    """The company's departments with the roles given to each. Needs `user.roles`."""
    rows = await services.database.call("tenancy.department_roles", _caller(holder))
    return msgspec.convert(rows, list[Department])


@get("/people/lines", operation_id="ListLinesWithQueues", tags=["people"])
async def list_open_lines(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[LineWithQueue]:
    """Open lines as last read, who is in the queue of each, what it serves. Needs `user.roles`."""
    rows = await services.database.call("tenancy.portal_lines", _caller(holder))
    return msgspec.convert(rows, list[LineWithQueue])


@get("/people/reading", operation_id="GetDirectoryReading", tags=["people"])
async def get_directory_reading(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> DirectoryReading:
    """When people, departments and lines were last read from Bitrix24. Needs `user.roles`."""
    return await _reading(services, holder)


@post("/people/reading", status_code=200, operation_id="ReadDirectory", tags=["people"])
async def read_directory(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> DirectoryReading:
    """Update people, departments and lines from Bitrix24 now: a person waits. Needs `user.roles`.

    What could be read is kept although something else could not; the answer says what failed.
    """
    await services.database.call("tenancy.directory_reading_of", _caller(holder))
    client = await services.portals.client(holder.portal_id)
    company, failure = ({}, client) if isinstance(client, Failure) else await read_company(client)
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_directory": company,
        "p_actor": holder.user_id,
        "p_failure": failure.code if failure else None,
    }
    await services.database.call("tenancy.keep_directory", arguments)
    return await _reading(services, holder)


@put("/permissions", status_code=200, operation_id="SetRole", tags=["people"])
async def set_role(
    data: JSONBody[RoleChange], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> SetRole:
    """Give a user or a department a role, or take it back. Needs `user.roles`.

    404 says that Bitrix24 never named this person or department; 409 `stale_version` that somebody else was
    faster, and its `facts` what stands there now and whose work it is.
    """
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_change": msgspec.to_builtins(data),
    }
    return SetRole(version=await services.database.call_value("tenancy.set_role", arguments))


@get("/permissions/changes", operation_id="ListRoleChanges", tags=["people"])
async def list_role_changes(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[PastRoleChange]:
    """Who changed whose role, the newest first. Needs `audit.view`."""
    return [
        PastRoleChange(**row) for row in await services.database.call("tenancy.role_changes", _caller(holder))
    ]


@get("/permissions/explanation", operation_id="ExplainPermission", tags=["people"])
async def explain_permission(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    user_id: FromQuery[_Id],
    permission: FromQuery[Annotated[str, msgspec.Meta(max_length=50)]],
    channel_id: FromQuery[UUID | None] = None,
) -> PermissionAnswer:
    """Why may this person do this, or why not? About oneself anybody may ask, else it needs `user.roles`."""
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_user_id": user_id,
        "p_permission": permission,
        "p_channel_id": channel_id,
    }
    row = await services.database.call_one("tenancy.explain_permission", arguments)
    return msgspec.convert(row, PermissionAnswer)


async def _reading(services: Services, holder: Holder) -> DirectoryReading:
    row = await services.database.call_one("tenancy.directory_reading_of", _caller(holder))
    if row is None:
        return DirectoryReading()
    return DirectoryReading(**row, explanation=explained(row["failure"], "bitrix24", spoken(holder)))


def _caller(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
