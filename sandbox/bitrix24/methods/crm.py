"""CRM objects as far as a connector meets them (contract bitrix24.md §3.2)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.methods.registry import Call, Page, page, serves
from sandbox.bitrix24.state import CrmItem, TimelineNote
from sandbox.bitrix24.tracker import TYPES, add_item, digits

VALUES_MAX = 20
OWN_FIELDS = ("title", "name", "lastName", "assignedById", "fm")
STAGES = {
    TYPES["LEAD"]: {"NEW": "P", "IN_PROCESS": "P", "CONVERTED": "S", "JUNK": "F"},
    TYPES["DEAL"]: {"NEW": "P", "PREPARATION": "P", "WON": "S", "LOSE": "F"},
}
"""Stages of leads and deals, and what each means: in process, success, failure."""
STAGE_NAMES = {
    "NEW": "Nuevo",
    "IN_PROCESS": "En proceso",
    "CONVERTED": "Convertido",
    "JUNK": "Descartado",
    "PREPARATION": "Preparación",
    "WON": "Ganada",
    "LOSE": "Perdida",
}


@serves("crm.item.list")
async def list_items(call: Call) -> Page:
    """Items of a type by filter, fifty a page. `=imol` and other multifields compare with any value."""
    wanted = call.fields("filter")
    select = [str(one) for one in php.items(call.params.get("select"))]
    found = [
        item
        for item in call.portal.crm.values()
        if item.type_id == call.number("entityTypeId")
        and all(_matches(shown(call, item), key, value) for key, value in wanted.items())
    ]
    found.sort(key=lambda one: one.id, reverse=str(call.fields("order").get("id", "ASC")).upper() == "DESC")
    rows = [_selected(shown(call, one), select) for one in found]
    return page(rows, call.number("start"), lambda some: {"items": some})


def _selected(row: dict[str, Any], select: list[str]) -> dict[str, Any]:
    if not select or "*" in select:
        return row
    return {key: value for key, value in row.items() if key in select or key == "id"}


def _matches(row: dict[str, Any], key: str, value: Any) -> bool:
    name = key.lstrip("=@%!><")
    operator = key[: len(key) - len(name)]
    have = [str(one) for one in row[name]] if isinstance(row.get(name), list) else [str(row.get(name))]
    want = [str(one) for one in (php.items(value) if isinstance(value, list | dict) else [value])]
    if operator == "%":
        return any(want[0].lower() in one.lower() for one in have)
    if operator in (">", ">=", "<", "<="):
        left, right = float(have[0]), float(want[0])
        return (
            left > right
            if operator == ">"
            else left < right
            if operator == "<"
            else (left >= right if operator == ">=" else left <= right)
        )
    return bool(set(have) & set(want)) is not (operator == "!")


def shown(call: Call, item: CrmItem) -> dict[str, Any]:
    """An item as `crm.item.get` shows it; multifields as lists for filtering and `fm` for reading."""
    number = 0
    entries: list[dict[str, Any]] = []
    for kind, values in (("PHONE", item.phones), ("EMAIL", item.emails), ("IM", item.imols)):
        for value in values:
            number += 1
            place = "IMOL" if kind == "IM" else "WORK"
            entries.append({"id": item.id * 10 + number, "valueType": place, "value": value, "typeId": kind})
    return {
        "id": item.id,
        "createdTime": call.world.iso(item.created_at),
        "assignedById": item.assigned_by,
        "title": item.title,
        "name": item.name,
        "lastName": item.last_name,
        "hasPhone": "Y" if item.phones else "N",
        "hasImol": "Y" if item.imols else "N",
        "phone": item.phones,
        "email": item.emails,
        "imol": item.imols,
        "fm": entries,
        **item.other,
        **_stage_of(item),
    }


def _stage_of(item: CrmItem) -> dict[str, Any]:
    """Stage and meaning of a lead or deal; those of other funnels begin with `C9:`."""
    stages = STAGES.get(item.type_id)
    if stages is None:
        return {}
    category = int(item.other.get("categoryId") or 0)
    stage = str(item.other.get("stageId") or (f"C{category}:NEW" if category else "NEW"))
    return {"stageId": stage, "stageSemanticId": stages.get(stage.rpartition(":")[2], "P")}


def _check_stage(call: Call, type_id: int, sent: dict[str, Any]) -> None:
    """Raises RestError for a funnel or stage that the portal does not have."""
    category = int(sent.get("categoryId") or 0)
    stage = str(sent.get("stageId") or "")
    prefix, _, name = stage.rpartition(":")
    known = not stage or (prefix == (f"C{category}" if category else "") and name in STAGES.get(type_id, {}))
    if not known or category not in call.portal.funnels:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value of the field "Stage"')


def _item(call: Call, type_id: int, number: int) -> CrmItem:
    try:
        return call.portal.crm[f"{type_id}:{number}"]
    except KeyError:
        raise RestError("NOT_FOUND", "Element not found") from None


@serves("crm.item.get")
async def get_item(call: Call) -> dict[str, Any]:
    """One item."""
    return {"item": shown(call, _item(call, call.number("entityTypeId"), call.number("id")))}


@serves("crm.item.add")
async def add(call: Call) -> dict[str, Any]:
    """A new item; phones and e-mails come in `fm`."""
    sent = call.fields("fields")
    _check_stage(call, call.number("entityTypeId"), sent)
    entries = _entries(sent)
    item = CrmItem(
        id=0,
        type_id=call.number("entityTypeId"),
        title=str(sent.get("title") or ""),
        name=str(sent.get("name") or ""),
        last_name=str(sent.get("lastName") or ""),
        assigned_by=int(sent.get("assignedById") or call.user.id),
        phones=_values(entries, "PHONE"),
        emails=_values(entries, "EMAIL"),
        imols=_values(entries, "IM"),
        other={key: value for key, value in sent.items() if key not in OWN_FIELDS},
    )
    return {"item": shown(call, add_item(call.world, call.portal, item))}


def _entries(sent: dict[str, Any]) -> list[dict[str, Any]]:
    return [php.mapping(one) for one in php.items(sent.get("fm"))]


def _values(entries: list[dict[str, Any]], kind: str) -> list[str]:
    return [str(one["value"]) for one in entries if kind in (one.get("typeId"), one.get("typeid"))]


@serves("crm.item.update")
async def update(call: Call) -> dict[str, Any]:
    """Change an item's plain fields; an entry of `fm` without an id is one more."""
    item, sent = _item(call, call.number("entityTypeId"), call.number("id")), call.fields("fields")
    item.title = str(sent.get("title", item.title))
    item.name = str(sent.get("name", item.name))
    item.last_name = str(sent.get("lastName", item.last_name))
    item.assigned_by = int(sent.get("assignedById", item.assigned_by))
    item.phones += _values(_entries(sent), "PHONE")
    item.imols += _values(_entries(sent), "IM")
    item.other.update({key: value for key, value in sent.items() if key not in OWN_FIELDS})
    return {"item": shown(call, item)}


@serves("crm.category.list")
async def funnels(call: Call) -> dict[str, Any]:
    """The funnels of deals; the first one is the default."""
    rows = [
        {"id": number, "name": name, "sort": 200, "entityTypeId": 2, "isDefault": "N" if number else "Y"}
        for number, name in call.portal.funnels.items()
    ]
    return {"categories": rows if call.number("entityTypeId") == TYPES["DEAL"] else []}


@serves("crm.status.list")
async def statuses(call: Call) -> list[dict[str, Any]]:
    """The stages of a funnel (`DEAL_STAGE`, `DEAL_STAGE_9`) or the states of leads (`STATUS`)."""
    entity = str(call.fields("filter").get("ENTITY_ID", ""))
    category = entity.removeprefix("DEAL_STAGE").removeprefix("_") if entity != "STATUS" else ""
    is_funnel = entity.startswith("DEAL_STAGE") and int(category or 0) in call.portal.funnels
    stages = (
        STAGES[TYPES["LEAD" if entity == "STATUS" else "DEAL"]] if is_funnel or entity == "STATUS" else {}
    )
    prefix = f"C{category}:" if category else ""
    return [
        {
            "ID": str(101 + place),
            "ENTITY_ID": entity,
            "STATUS_ID": f"{prefix}{name}",
            "NAME": STAGE_NAMES[name],
            "SORT": str(10 * place),
            "SEMANTICS": None if meaning == "P" else meaning,
        }
        for place, (name, meaning) in enumerate(stages.items())
    ]


@serves("crm.duplicate.findbycomm")
async def find_duplicates(call: Call) -> dict[str, list[int]]:
    """Leads, contacts and companies by phone or e-mail; nothing found is an empty map (`[]`)."""
    kind, values = call.text("type").upper(), [str(one) for one in php.items(call.params["values"])]
    if kind not in ("PHONE", "EMAIL") or len(values) > VALUES_MAX:
        raise RestError("", "Communication type is not supported in current context")
    asked = call.text("entity_type").upper()
    found: dict[str, list[int]] = {}
    for item in sorted(call.portal.crm.values(), key=lambda one: one.id):
        name = next((name for name, number in TYPES.items() if number == item.type_id), "")
        if name in ("LEAD", "CONTACT", "COMPANY") and asked in ("", name) and _reachable(item, kind, values):
            found.setdefault(name, []).append(item.id)
    return found


def _reachable(item: CrmItem, kind: str, values: list[str]) -> bool:
    if kind == "EMAIL":
        return bool({one.lower() for one in values} & {one.lower() for one in item.emails})
    return bool({digits(one) for one in values} & {digits(one) for one in item.phones})


@serves("crm.timeline.logmessage.add")
async def log_message(call: Call) -> dict[str, Any]:
    """A line of the application in an item's timeline."""
    sent = call.fields("fields")
    item = call.portal.crm.get(f"{sent['entityTypeId']}:{sent['entityId']}")
    if item is None:
        raise RestError("OWNER_NOT_FOUND", "Owner not found")
    note = _note(call, item, str(sent["title"]), str(sent["text"]), str(sent["iconCode"]))
    return {
        "logMessage": {
            "id": note.id,
            "created": call.world.iso(),
            "authorId": call.user.id,
            "title": note.title,
            "text": note.text,
            "iconCode": note.icon,
        }
    }


@serves("crm.timeline.comment.add")
async def comment(call: Call) -> int:
    """A comment in an item's timeline."""
    sent = call.fields("fields")
    kind = str(sent["ENTITY_TYPE"]).upper()
    type_id = TYPES.get(kind, 0) or int(kind.removeprefix("DYNAMIC_") if kind[8:].isdigit() else 0)
    item = call.portal.crm.get(f"{type_id}:{sent['ENTITY_ID']}")
    if item is None:
        raise RestError("OWNER_NOT_FOUND", "Owner not found")
    return _note(call, item, "", str(sent["COMMENT"]), "comment").id


def _note(call: Call, item: CrmItem, title: str, text: str, icon: str) -> TimelineNote:
    note = TimelineNote(
        id=call.portal.next_id("note", 1),
        type_id=item.type_id,
        item_id=item.id,
        title=title,
        text=text,
        icon=icon,
    )
    call.portal.notes.append(note)
    return note
