"""Clients in a portal's CRM: looked for, made, joined with their chat, given to people (bitrix24.md §3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.client import Answer, Call, PortalClient
from connectors.bitrix24.errors import no_answer
from connectors.outside import Context, Failure, Retry

Kind = Literal["lead", "deal", "contact", "company"]
TYPES: dict[Kind, int] = {"lead": 1, "deal": 2, "contact": 3, "company": 4}
_REACHABLE: tuple[Kind, ...] = ("contact", "company", "lead")
"""What `crm.duplicate.findbycomm` finds; asked one by one, because 20 of one kind would hide the others."""
_FIELDS = ["id", "assignedById", "originatorId", "originId", "stageSemanticId"]
_MOST_IDS = 20
_OPEN = "P"


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to look for. `phones`: at most 20, as the CRM may have written them."""

    phones: Sequence[str]
    origins: Mapping[Kind, str]
    """Our mark (`originId`) on what we may have made already, by kind."""
    ids: Mapping[Kind, int]
    """What he was before."""
    chat_id: str | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the CRM that is or may be the client's."""

    id: int
    responsible: str | None
    origin: str | None
    """Our mark, where we made it."""
    is_open: bool
    """A lead or deal that is neither won nor lost."""
    reached: bool
    """The chat is one of its ways to reach it."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the CRM has of a client. `user_code` names his chat, where the portal told it."""

    user_code: str | None
    linked: dict[Kind, int]
    """What the portal's own tracker linked with the chat."""
    contacts: list[Item]
    companies: list[Item]
    leads: list[Item]
    deals: list[Item]


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """A funnel of deals; the first one has the id 0."""

    category_id: int
    name: str
    stages: list[Stage]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of a funnel, or a state of leads, in which an item is open."""

    stage_id: str
    name: str


class Funnels(msgspec.Struct, frozen=True, kw_only=True):
    """Where new leads and deals can begin."""

    lead_stages: list[Stage]
    funnels: list[Funnel]


async def look(client: PortalClient, sought: Sought, *, about: Context | None = None) -> Found | Failure:
    """Everything of the CRM that is or may be this client's, in two requests.

    A chat that the portal does not show leaves `user_code` out; any other gap is a Failure, so that nobody is
    made a second time because the CRM could not be read.
    """
    first = [_dialog(sought)] if sought.chat_id else []
    asked = [_duplicates(kind, sought.phones) for kind in _REACHABLE if sought.phones]
    answers = await client.batch([*first, *asked], about=about)
    if isinstance(answers, Failure):
        return answers
    dialog = _told(answers[0]) if first else {}
    linked = _linked(dialog)
    ids = dict[Kind, set[int]]((kind, set()) for kind in TYPES)
    for kind, number in [*sought.ids.items(), *linked.items()]:
        ids[kind].add(number)
    for kind, answer in zip(_REACHABLE, answers[len(first) :], strict=False):
        if isinstance(answer, Failure):
            return answer
        ids[kind].update(_ids(php.mapping(answer.result).get(kind.upper())))
    user_code = php.text(dialog.get("entity_id"))
    items = await _items(client, sought, ids, user_code, about)
    if isinstance(items, Failure):
        return items
    return Found(
        user_code=user_code,
        linked=linked,
        contacts=items["contact"],
        companies=items["company"],
        leads=items["lead"],
        deals=items["deal"],
    )


async def _items(
    client: PortalClient,
    sought: Sought,
    ids: Mapping[Kind, set[int]],
    user_code: str | None,
    about: Context | None,
) -> dict[Kind, list[Item]] | Failure:
    asked: list[tuple[Kind, Call]] = [(kind, call) for kind in TYPES for call in _lists(kind, sought, ids)]
    reaching = [(kind, _reached_by(kind, user_code)) for kind in _REACHABLE if user_code]
    answers = await client.batch([call for _, call in [*asked, *reaching]], about=about)
    if isinstance(answers, Failure):
        return answers
    reached = {
        (kind, row["id"])
        for (kind, _), answer in zip(reaching, answers[len(asked) :], strict=True)
        for row in _rows(answer)
    }
    found: dict[Kind, dict[int, Item]] = {kind: {} for kind in TYPES}
    for (kind, _), answer in zip(asked, answers, strict=False):
        if isinstance(answer, Failure):
            return answer
        items = found[kind]
        items.update({row["id"]: _item(row, (kind, row["id"]) in reached) for row in _rows(answer)})
    return {kind: list(rows.values()) for kind, rows in found.items()}


def _lists(kind: Kind, sought: Sought, ids: Mapping[Kind, set[int]]) -> list[Call]:
    """By id, by our mark, and deals by the client whose they are."""
    filters: list[dict[str, Any]] = []
    if ids[kind]:
        filters.append({"@id": _newest(ids[kind])})
    if kind in sought.origins:
        filters.append({"=originatorId": ORIGINATOR, "=originId": sought.origins[kind]})
    if kind == "deal":
        filters += [
            {f"@{owner}Id": _newest(ids[owner]), "=stageSemanticId": _OPEN}
            for owner in ("contact", "company")
            if ids[owner]
        ]
    return [_list(kind, one) for one in filters]


ORIGINATOR = "WhatsAppB24"
"""`originatorId` of everything that we make in a CRM."""


def _list(kind: Kind, wanted: dict[str, Any]) -> Call:
    params = {
        "entityTypeId": TYPES[kind],
        "select": _FIELDS,
        "filter": wanted,
        "order": {"id": "DESC"},
    }
    return Call(method="crm.item.list", params=params)


def _reached_by(kind: Kind, user_code: str | None) -> Call:
    return _list(kind, {"=imol": f"imol|{user_code}"})


def _newest(ids: set[int]) -> list[int]:
    return sorted(ids, reverse=True)[:_MOST_IDS]


def _dialog(sought: Sought) -> Call:
    return Call(method="imopenlines.dialog.get", params={"CHAT_ID": php.number(sought.chat_id or "")})


def _duplicates(kind: Kind, phones: Sequence[str]) -> Call:
    params = {"type": "PHONE", "values": list(phones), "entity_type": kind.upper()}
    return Call(method="crm.duplicate.findbycomm", params=params)


def _told(answer: Answer | Failure) -> dict[str, Any]:
    return {} if isinstance(answer, Failure) else php.mapping(answer.result)


def _linked(dialog: dict[str, Any]) -> dict[Kind, int]:
    """`LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0` (§2.7)."""
    words = (php.text(dialog.get("entity_data_2")) or "").split("|")
    ids = {name: php.whole(number) or 0 for name, number in zip(words[::2], words[1::2], strict=False)}
    return {kind: ids[kind.upper()] for kind in TYPES if ids.get(kind.upper(), 0) > 0}


def _ids(value: Any) -> set[int]:
    return {number for one in php.items(value) if (number := php.whole(one))}


def _rows(answer: Answer | Failure) -> list[dict[str, Any]]:
    rows = php.items(_told(answer).get("items"))
    return [{**row, "id": number} for row in map(php.mapping, rows) if (number := php.whole(row.get("id")))]


def _item(row: dict[str, Any], reached: bool) -> Item:
    ours = php.text(row.get("originatorId")) == ORIGINATOR
    return Item(
        id=row["id"],
        responsible=php.user(row.get("assignedById")),
        origin=php.text(row.get("originId")) if ours else None,
        is_open=php.text(row.get("stageSemanticId")) == _OPEN,
        reached=reached,
    )


async def add(
    client: PortalClient, kind: Kind, fields: Mapping[str, Any], *, about: Context | None = None
) -> int | Failure:
    """Make an item; its id. After Policy.UNKNOWN `look` finds it by its `originId`, if it was made."""
    params = {"entityTypeId": TYPES[kind], "fields": dict(fields)}
    answer = await client.call("crm.item.add", params, about=about)
    if isinstance(answer, Failure):
        return answer
    number = php.whole(php.mapping(php.mapping(answer.result).get("item")).get("id"))
    if number is None:
        return no_answer("no_id", "the portal named no id of what it made", sent=True, retry=Retry.ONCE)
    return number


async def join(
    client: PortalClient, kind: Kind, number: int, user_code: str, *, about: Context | None = None
) -> Failure | None:
    """Make the chat a way to reach an item: an open-channel entry beside its phones (§2.7)."""
    entry = {"typeId": "IM", "valueType": "IMOL", "value": f"imol|{user_code}"}
    return await _update(client, kind, number, {"fm": [entry]}, about)


async def assign(
    client: PortalClient, kind: Kind, number: int, user_id: str, *, about: Context | None = None
) -> Failure | None:
    """Make an employee responsible for an item."""
    return await _update(client, kind, number, {"assignedById": php.number(user_id)}, about)


async def _update(
    client: PortalClient, kind: Kind, number: int, fields: dict[str, Any], about: Context | None
) -> Failure | None:
    params = {"entityTypeId": TYPES[kind], "id": number, "fields": fields}
    answer = await client.call("crm.item.update", params, about=about)
    return answer if isinstance(answer, Failure) else None


async def funnels(client: PortalClient) -> Funnels | Failure:
    """The portal's funnels of deals, their open stages, and the open states of leads."""
    categories = await client.call("crm.category.list", {"entityTypeId": TYPES["deal"]})
    if isinstance(categories, Failure):
        return categories
    rows = [php.mapping(row) for row in php.items(php.mapping(categories.result).get("categories"))]
    named = [(php.whole(row.get("id")), php.text(row.get("name"))) for row in rows]
    found = [(number, name or str(number)) for number, name in named if number is not None][:_MOST_FUNNELS]
    asked = ["STATUS", *(f"DEAL_STAGE_{number}" if number else "DEAL_STAGE" for number, _ in found)]
    answers = await client.batch([_stages_of(entity) for entity in asked])
    if isinstance(answers, Failure):
        return answers
    stages: list[list[Stage]] = []
    for answer in answers:
        if isinstance(answer, Failure):
            return answer
        stages.append([one for row in php.items(answer.result) if (one := _stage(php.mapping(row)))])
    return Funnels(
        lead_stages=stages[0],
        funnels=[
            Funnel(category_id=number, name=name, stages=of_funnel)
            for (number, name), of_funnel in zip(found, stages[1:], strict=True)
        ],
    )


_MOST_FUNNELS = 49
"""With the leads' states what one batch carries."""


def _stages_of(entity: str) -> Call:
    return Call(method="crm.status.list", params={"order": {"SORT": "ASC"}, "filter": {"ENTITY_ID": entity}})


def _stage(row: dict[str, Any]) -> Stage | None:
    """An open stage; won and lost ones say `S` or `F`."""
    stage_id = php.text(row.get("STATUS_ID"))
    if stage_id is None or php.text(row.get("SEMANTICS")) in ("S", "F"):
        return None
    return Stage(stage_id=stage_id, name=php.text(row.get("NAME")) or stage_id)
