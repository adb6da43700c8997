"""What a new client of a channel becomes in the CRM, who gets him, and how that goes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from adapters.explanations import Explanation
from api.services import Services
from api.v1.channel_facts import explained, spoken
from connectors.bitrix24 import crm
from connectors.outside import Failure
from runtime.bearer import Holder

Becomes = Literal["portal", "lead", "deal", "contact"]
Responsible = Literal["first_to_answer", "round_robin"]
OpenItem = Literal["keep", "another"]
_StageId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_:]{1,100}$")]
_CategoryId = Annotated[int, msgspec.Meta(ge=0, le=999_999)]


class CrmRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a new client of a channel becomes. The figures are of the last 30 days; instants are in UTC."""

    becomes: Becomes
    """`portal`: what the open line's own tracker makes of him; we write nothing into the CRM."""
    category_id: int | None
    """Bitrix24's funnel; deals only."""
    stage_id: str | None
    """Bitrix24's stage; null: the first."""
    responsible: Responsible
    """Who gets a client whom the CRM does not know."""
    open_item: OpenItem
    """Whether an open lead or deal is kept, or every dialog makes another."""
    version: int | None
    """Null: nobody ever set it."""
    changed_by: str | None
    """A name, or an id that has none."""
    changed_at: datetime | None
    may_change: bool
    receivers: list[str]
    """Names of those in the line's queue who receive new clients."""
    done: int
    unanswered: int
    """Made; they go to whoever answers first."""
    waiting: int
    failed: int
    """Given up; setting the rule again tries them once more."""
    failure: str | None
    """The portal's words of the newest failure."""
    explanation: Explanation | None


class CrmRuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it is to be. `version`: the one that was shown."""

    becomes: Becomes
    category_id: _CategoryId | None = None
    stage_id: _StageId | None = None
    responsible: Responsible = "first_to_answer"
    open_item: OpenItem = "keep"
    version: int | None = None


class CrmFunnels(msgspec.Struct, frozen=True, kw_only=True):
    """Where new leads and deals can begin, as Bitrix24 says now; `explanation`: why it can't be read."""

    lead_stages: list[crm.Stage] = []
    funnels: list[crm.Funnel] = []
    explanation: Explanation | None = None


@get("/channels/{channel_id:uuid}/crm", operation_id="GetCrmRule", tags=["channels"])
async def get_crm_rule(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> CrmRule:
    """What a new client of the channel becomes in the CRM. Needs `channel.view`."""
    return await _rule(channel_id, services, holder)


@put("/channels/{channel_id:uuid}/crm", operation_id="SetCrmRule", tags=["channels"])
async def set_crm_rule(
    channel_id: FromPath[UUID],
    data: JSONBody[CrmRuleChange],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> CrmRule:
    """Set what a new client of the channel becomes, for dialogs that begin from now on.

    Needs `channel.configure`. 409 `stale_version`: somebody was faster; `facts` say what stands there now.
    """
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_channel_id": channel_id,
        "p_actor": holder.user_id,
        "p_rule": msgspec.to_builtins(data),
    }
    await services.database.call("tenancy.set_crm_rule", arguments)
    return await _rule(channel_id, services, holder)


@get("/channels/{channel_id:uuid}/crm/funnels", operation_id="ListCrmFunnels", tags=["channels"])
async def list_crm_funnels(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> CrmFunnels:
    """The portal's funnels and open stages, asked of Bitrix24 now: a person waits. Needs `channel.view`."""
    await services.database.call_one("tenancy.crm_rule_of", _about(channel_id, holder))
    client = await services.portals.client(holder.portal_id)
    found = client if isinstance(client, Failure) else await crm.funnels(client)
    if isinstance(found, Failure):
        return CrmFunnels(explanation=explained(found.code, "bitrix24", spoken(holder)))
    return CrmFunnels(lead_stages=found.lead_stages, funnels=found.funnels)


async def _rule(channel_id: UUID, services: Services, holder: Holder) -> CrmRule:
    (row,) = await services.database.call("tenancy.crm_rule_of", _about(channel_id, holder))
    failure = row.pop("failure") or {}
    return CrmRule(
        **row,
        failure=failure.get("message"),
        explanation=explained(failure.get("code"), "bitrix24", spoken(holder)),
    )


def _about(channel_id: UUID, holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id, "p_channel_id": channel_id}
