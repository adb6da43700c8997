"""Keys with which third parties call this API: named, limited to scopes, expiring, revocable."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.services import Services
from api.v1.holder import KEY
from runtime.bearer import Holder
from runtime.secrets import digest

_SHOWN = len(KEY) + 6


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A third party's key, without its secret. Instants are in UTC."""

    key_id: UUID
    name: str
    hint: str
    """How its secret begins."""
    scopes: list[str]
    """The permissions that it has, on the whole portal."""
    state: Literal["active", "expired", "revoked"]
    created_by: str
    """A user id."""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    """To the minute."""
    revoked_by: str | None
    revoked_at: datetime | None


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The portal's keys, and what a new one may be given."""

    keys: list[Key]
    grantable: list[str]
    """Scopes that the caller may give: what he may do himself, without keys and roles."""


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key to make. `expires_at`: with its offset, at most two years from now."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    scopes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=50)]
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)]


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new key with its secret, which is shown this once and kept nowhere."""

    key_id: UUID
    secret: str

    def __repr__(self) -> str:
        return f"MadeKey(key_id={self.key_id!r}, secret=[secret])"


@get("/keys", operation_id="ListKeys", tags=["keys"])
async def list_keys(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> Keys:
    """The keys of third parties, those that work first. Needs `api.keys`."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    rows = await services.database.call("tenancy.keys", arguments)
    grantable = await services.database.call_value("tenancy.grantable_scopes", arguments)
    return Keys(keys=[Key(**row) for row in rows], grantable=grantable)


@post("/keys", operation_id="CreateKey", tags=["keys"])
async def create_key(
    data: JSONBody[NewKey], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> MadeKey:
    """Make a key; its secret stands in this answer and nowhere else. Needs `api.keys` and every scope given.

    It is sent as `Authorization: Bearer wab24_…`.
    """
    secret = KEY + secrets.token_urlsafe(32)
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_name": data.name,
        "p_scopes": data.scopes,
        "p_expires_at": data.expires_at,
        "p_hint": secret[:_SHOWN],
        "p_digest": digest(secret),
    }
    return MadeKey(key_id=await services.database.call_value("tenancy.create_key", arguments), secret=secret)


@delete("/keys/{key_id:uuid}", operation_id="RevokeKey", tags=["keys"])
async def revoke_key(
    key_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> None:
    """Revoke a key: it is refused from now on. Needs `api.keys`."""
    arguments = {"p_portal_id": holder.portal_id, "p_actor": holder.user_id, "p_key_id": key_id}
    await services.database.call("tenancy.revoke_key", arguments)
