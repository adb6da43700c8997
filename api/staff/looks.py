"""What support sees of a portal's messages while the portal's grant holds; every look is kept first.

Whether a grant holds is asked of `tenancy.look_as_support`, whose actor then asks like any user.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.services import Services
from api.staff.guard import Staff
from api.v1.incidents import TimelineEntry, entry
from api.v1.messages import MessageDetail, MessagePage, MessageRow, explained
from runtime.bearer import Holder

_Search = Annotated[str, msgspec.Meta(max_length=200)]


@get(
    "/portals/{portal_id:uuid}/messages",
    operation_id="LookAtMessages",
    tags=["support"],
    opt={"permission": "incidents.view"},
)
async def look_at_messages(
    portal_id: FromPath[UUID],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    text: FromQuery[_Search | None] = None,
    id: FromQuery[_Search | None] = None,  # noqa: A002 - the name that a person expects in the address
    before: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> MessagePage:
    """A portal's messages, newest first; `text` and `id` as in the portal's own list.

    403 `support_grant` unless the portal gives support access now. Needs `incidents.view`.
    """
    support = await _support(services, staff, portal_id, "messages", id or text)
    arguments = {
        "p_portal_id": portal_id,
        "p_user_id": support.user_id,
        "p_text": text,
        "p_id": id or None,
        "p_before": before,
        "p_limit": limit,
    }
    rows = await services.database.call("messaging.find_messages", arguments)
    more = rows.pop() if rows and rows[-1]["conversation_id"] is None else None
    return MessagePage(
        items=[msgspec.convert(explained(row, support), MessageRow) for row in rows],
        next=more["message_id"] if more else None,
    )


@get(
    "/portals/{portal_id:uuid}/messages/{message_id:uuid}",
    operation_id="LookAtMessage",
    tags=["support"],
    opt={"permission": "incidents.view"},
)
async def look_at_message(
    portal_id: FromPath[UUID],
    message_id: FromPath[UUID],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
) -> MessageDetail:
    """One message of a portal. 403 `support_grant` as above. Needs `incidents.view`."""
    support = await _support(services, staff, portal_id, "message", str(message_id))
    arguments = {"p_portal_id": portal_id, "p_user_id": support.user_id, "p_message_id": message_id}
    (row,) = await services.database.call("messaging.read_message", arguments)
    return msgspec.convert(explained(row, support), MessageDetail)


@get(
    "/portals/{portal_id:uuid}/timeline",
    operation_id="LookAtTimeline",
    tags=["support"],
    opt={"permission": "incidents.view"},
)
async def look_at_timeline(
    portal_id: FromPath[UUID],
    id: FromQuery[_Search],  # noqa: A002 - the name that a person expects in the address
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
) -> list[TimelineEntry]:
    """The story of anything in a portal by any of its ids, without prices.

    403 `support_grant` as above. Needs `incidents.view`.
    """
    support = await _support(services, staff, portal_id, "timeline", id)
    arguments = {"p_portal_id": portal_id, "p_user_id": support.user_id, "p_id": id}
    rows = await services.database.call("trace.timeline", arguments)
    return [entry(row, staff.language) for row in rows]


async def _support(
    services: Services, staff: Staff, portal_id: UUID, kind: str, subject: str | None
) -> Holder:
    """Who the member of staff is at this portal. Raises `SqlRefusal` 403 `support_grant`."""
    arguments = {
        "p_staff_id": staff.staff_id,
        "p_portal_id": portal_id,
        "p_kind": kind,
        "p_subject": subject or None,
    }
    actor: str = await services.database.call_value("tenancy.look_as_support", arguments)
    return Holder(portal_id=str(portal_id), user_id=actor, language=staff.language)
