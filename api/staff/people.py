"""The people of the staff: who they are, what they may do, links for them to come in."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.problems import Refused
from api.services import Services
from api.staff.guard import Role, Staff
from connectors.bitrix24.texts import Language
from runtime.secrets import digest

MANAGE = {"permission": "staff.manage"}
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
State = Literal["active", "disabled"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the staff. Instants are in UTC."""

    staff_id: UUID
    email: str
    name: str
    language: Language
    role: Role
    state: State
    is_bound: bool
    """Has he come in with OpenID Connect?"""
    sessions: int
    """How many sessions of his run now."""
    seen_at: datetime | None
    created_at: datetime


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to add."""

    email: Email
    name: Name
    role: Role
    language: Language


class PersonChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a person to change; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
    language: Language | None = None
    state: State | None = None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link, shown once: whoever opens it is this person."""

    staff_id: UUID
    link: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Invitation(staff_id={self.staff_id!r}, link=[secret])"


@get("/people", operation_id="ListPeople", tags=["staff"], opt=MANAGE)
async def list_people(services: NamedDependency[Services], staff: NamedDependency[Staff]) -> list[Person]:
    """The staff, active ones first, by name. Needs `staff.manage`."""
    return [Person(**row) for row in await services.database.call("tenancy.list_staff")]


@post("/people", operation_id="AddPerson", tags=["staff"], opt=MANAGE)
async def add_person(
    data: JSONBody[NewPerson], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> Invitation:
    """Add a person and make his first one-time link. Needs `staff.manage`. 409 `staff_exists`."""
    arguments = {"p_actor": staff.staff_id, "p_person": msgspec.to_builtins(data)}
    staff_id = await services.database.call_value("tenancy.add_staff", arguments)
    return await _invited(services, staff, staff_id)


@patch("/people/{staff_id:uuid}", operation_id="ChangePerson", tags=["staff"], opt=MANAGE)
async def change_person(
    staff_id: FromPath[UUID],
    data: JSONBody[PersonChange],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
) -> Person:
    """Change a person's name, role or language, disable or enable him. Needs `staff.manage`.

    Who is disabled is out at once. 409 `last_owner`: the last active owner stays.
    """
    arguments = {
        "p_actor": staff.staff_id,
        "p_staff_id": staff_id,
        "p_changes": msgspec.to_builtins(data),
    }
    await services.database.call("tenancy.change_staff", arguments)
    for row in await services.database.call("tenancy.list_staff"):
        if row["staff_id"] == staff_id:
            return Person(**row)
    raise Refused(404, "unknown_staff", "There is no such person of the staff.")


@post("/people/{staff_id:uuid}/link", operation_id="InvitePerson", tags=["staff"], opt=MANAGE)
async def invite_person(
    staff_id: FromPath[UUID], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> Invitation:
    """Make a one-time link for a person: good for 15 minutes, once, in place of an older one.

    Needs `staff.manage`; who made it is kept. 409 `staff_disabled`.
    """
    return await _invited(services, staff, staff_id)


def link_of(public_url: str, secret: str) -> str:
    """Where a one-time link leads; the secret stands behind the `#`, which no request carries."""
    return f"{public_url.rstrip('/')}/staff/enter#{secret}"


async def _invited(services: Services, staff: Staff, staff_id: UUID) -> Invitation:
    secret = secrets.token_urlsafe(32)
    arguments = {"p_actor": staff.staff_id, "p_staff_id": staff_id, "p_digest": digest(secret)}
    expires_at = await services.database.call_value("tenancy.invite_staff", arguments)
    return Invitation(staff_id=staff_id, link=link_of(services.public_url, secret), expires_at=expires_at)
