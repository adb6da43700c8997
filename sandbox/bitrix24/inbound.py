"""Taking a customer's message from a connector (contract bitrix24.md §2.2 imconnector.send.messages)."""

from __future__ import annotations

import asyncio
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

import httpx
import msgspec

from sandbox.bitrix24 import conversation, disk, php, tracker
from sandbox.bitrix24.state import Connector, ExternalUser, Line, Portal
from sandbox.bitrix24.world import DOWNLOAD_TIMEOUT_S, World

NAME_MAX = 25
FILE_NAME_MAX = 50
FIELDS = {
    "user": {"id", "name", "last_name", "picture", "url", "email", "phone", "gender", "skip_phone_validate"},
    "message": {"id", "date", "text", "files", "disable_crm", "user_id"},
    "chat": {"id", "name", "url"},
}


async def take(
    world: World, portal: Portal, connector: Connector, line: Line, element: dict[str, Any]
) -> dict[str, Any]:
    """One element of `MESSAGES`, keys in lower case; returns its element of `RESULT`. No deduplication."""
    _doubt(world, portal, element)
    user, chat = php.mapping(element["user"]), php.mapping(element["chat"])
    async with world.lock(f"customer {portal.member_id} {connector.id} {user['id']}"):
        if portal.send_delay_s:
            await asyncio.sleep(portal.send_delay_s)
        message = php.mapping(element["message"])
        files = await _download(world, portal, php.items(message.get("files")))
        text = php.scalar(message.get("text") or "")
        if not text and not files:
            return {"SUCCESS": False, "ERRORS": ["Not all required data was passed"]}
        customer = _customer(portal, connector, user)
        place = Place(world=world, portal=portal, connector=connector, line=line)
        placed = _put(place, customer, str(chat["id"]), message, text, files)
        return _answer(element, placed, text)


class Place(msgspec.Struct, kw_only=True, frozen=True):
    """Where a message arrives."""

    world: World
    portal: Portal
    connector: Connector
    line: Line


def _put(
    place: Place,
    customer: ExternalUser,
    chat_key: str,
    message: dict[str, Any],
    text: str,
    files: list[int],
) -> dict[str, Any]:
    world, portal, connector, line = place.world, place.portal, place.connector, place.line
    is_new = conversation.chat_of(portal, connector, line.id, chat_key, customer.id) is None
    chat, session = conversation.open_chat(world, portal, connector, line, chat_key, customer)
    external_ids = [str(message["id"])] if message.get("id") not in (None, "") else []
    employee = portal.users.get(int(message["user_id"])) if _is_number(message.get("user_id")) else None
    if not conversation.takes_as_vote(session, text):
        if session.is_closed:
            session = conversation.begin_session(world, portal, chat)
        written = conversation.append(
            world,
            portal,
            chat,
            author="operator" if employee else "client",
            user_id=employee.id if employee else customer.id,
            text=text,
            files=files,
            external_ids=external_ids,
        )
        if employee:
            # The echo of §2.4: a message shown as an employee's also goes out.
            conversation.send_out(world, portal, chat, connector, written)
    without_crm = message.get("disable_crm") == "Y" or connector.chat_group
    if not without_crm:
        tracker.start(world, portal, chat, customer, line)
    if is_new and line.says("WELCOME_MESSAGE", "N") == "Y":
        welcome = line.says("WELCOME_MESSAGE_TEXT", "")
        conversation.write(world, portal, chat, author="system", user_id=0, text=welcome)
    return {"user": str(customer.id), "session": {"ID": str(session.id), "CHAT_ID": str(chat.id)}}


def _answer(element: dict[str, Any], placed: dict[str, Any], text: str) -> dict[str, Any]:
    """§2.2: the portal's own message id is not in it; `date` is a PHP object's ghost."""
    user, message, chat = (php.mapping(element[block]) for block in ("user", "message", "chat"))
    extra = {
        **({"skip_phone_validate": "Y"} if user.get("skip_phone_validate") == "Y" else {}),
        **({"disable_tracker": "Y"} if message.get("disable_crm") == "Y" else {}),
    }
    url = chat.get("url")
    return {
        "user": placed["user"],
        "message": {"id": message.get("id"), "date": php.EMPTY_OBJECT, "text": text, "files": []},
        "chat": {
            "id": chat["id"],
            "name": chat.get("name", ""),
            **({"description": f"Link to the original post: {url}"} if url else {}),
        },
        **({"extra": extra} if extra else {}),
        "SUCCESS": True,
        "session": placed["session"],
    }


def _customer(portal: Portal, connector: Connector, user: dict[str, Any]) -> ExternalUser:
    """The one identity per connector and external id, on all lines; its details follow what is sent."""
    key = f"{connector.id}|{user['id']}"
    customer = portal.external_users.get(key)
    if customer is None:
        customer = ExternalUser(
            id=portal.next_id("user", 585), connector=connector.id, external_id=str(user["id"])
        )
        portal.external_users[key] = customer
    name, last_name = str(user.get("name") or ""), str(user.get("last_name") or "")
    if not last_name and len(name.split()) == 2:
        name, last_name = name.split()
    customer.name, customer.last_name = name or customer.name, last_name or customer.last_name
    customer.phone = str(user.get("phone") or customer.phone)
    customer.email = str(user.get("email") or customer.email)
    return customer


async def _download(world: World, portal: Portal, files: list[Any]) -> list[int]:
    """Fetch each file now, following redirects; one that cannot be had disappears without a word (§2.6)."""
    kept: list[int] = []
    for entry in files:
        wanted = php.mapping(entry)
        try:
            answer = await world.http().get(
                str(wanted.get("url", "")),
                follow_redirects=True,
                timeout=DOWNLOAD_TIMEOUT_S,
                headers={"User-Agent": "Bitrix Connector Client"},
            )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.UnsupportedProtocol):
            continue
        if answer.status_code == 200:
            name = str(wanted.get("name") or urlsplit(str(answer.url)).path.rsplit("/", 1)[-1] or "file")
            mime = answer.headers.get("content-type", "application/octet-stream").split(";")[0]
            kept.append(disk.store(portal, name[-FILE_NAME_MAX:], mime, answer.content))
    return kept


def _doubt(world: World, portal: Portal, element: dict[str, Any]) -> None:
    """What the service takes and the documentation forbids."""
    for block, known in FIELDS.items():
        for field in php.mapping(element[block]).keys() - known:
            world.complain(portal, "imconnector.send.messages", f"unknown field MESSAGES.{block}.{field}")
    for field in ("name", "last_name"):
        name = str(php.mapping(element["user"]).get(field) or "")
        if len(name) > NAME_MAX or not all(category(one)[0] in "LM" or one in " -'’" for one in name):
            world.complain(
                portal, "imconnector.send.messages", f"user.{field} is too long or has forbidden characters"
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdigit())
