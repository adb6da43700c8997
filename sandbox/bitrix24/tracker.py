"""The portal's CRM tracker: it links a chat to a contact or a new lead, a while later (§2.2, §2.7)."""

from __future__ import annotations

import asyncio
import re

from sandbox.bitrix24.courier import emit
from sandbox.bitrix24.state import Chat, CrmItem, ExternalUser, Line, Portal
from sandbox.bitrix24.world import World

TYPES = {"LEAD": 1, "DEAL": 2, "CONTACT": 3, "COMPANY": 4}
FIRST_IDS = {1: 1209, 2: 3001, 3: 275, 4: 801}


def digits(phone: str) -> str:
    """A phone number as the portal compares it."""
    return re.sub(r"\D", "", phone)


def add_item(world: World, portal: Portal, item: CrmItem) -> CrmItem:
    """Give the item its id and keep it."""
    item.id = portal.next_id(f"crm {item.type_id}", FIRST_IDS.get(item.type_id, 1))
    item.created_at = world.now()
    portal.crm[f"{item.type_id}:{item.id}"] = item
    return item


def with_phone(portal: Portal, phone: str, type_id: int) -> list[CrmItem]:
    """Items of a type that carry this number."""
    wanted = digits(phone)
    return [
        item
        for item in portal.crm.values()
        if item.type_id == type_id and wanted and wanted in map(digits, item.phones)
    ]


def start(world: World, portal: Portal, chat: Chat, customer: ExternalUser, line: Line) -> None:
    """Begin tracking, unless the line has CRM off or the chat is linked."""
    if line.says("CRM", "Y") != "Y" or line.says("CRM_CREATE", "lead") == "none" or chat.crm:
        return
    world.in_background(_track(world, portal, chat, customer))


async def _track(world: World, portal: Portal, chat: Chat, customer: ExternalUser) -> None:
    await asyncio.sleep(portal.crm_delay_s)
    if not chat.crm:
        link(world, portal, chat, customer)


def link(world: World, portal: Portal, chat: Chat, customer: ExternalUser) -> CrmItem:
    """Link the chat to the contact with the customer's number, else to a new lead."""
    known = with_phone(portal, customer.phone, TYPES["CONTACT"])
    kind = "CONTACT" if known else "LEAD"
    item = known[0] if known else _new_lead(world, portal, chat, customer)
    item.imols.append(f"imol|{chat.user_code}")
    chat.crm[kind] = item.id
    return item


def _new_lead(world: World, portal: Portal, chat: Chat, customer: ExternalUser) -> CrmItem:
    lead = add_item(
        world,
        portal,
        CrmItem(
            id=0,
            type_id=TYPES["LEAD"],
            title=chat.name,
            name=customer.name,
            last_name=customer.last_name,
            assigned_by=chat.operator_id,
            phones=[customer.phone] if customer.phone else [],
            emails=[customer.email] if customer.email else [],
        ),
    )
    emit(world, portal, "ONCRMLEADADD", {"FIELDS": {"ID": lead.id}}, actor=chat.operator_id)
    return lead
