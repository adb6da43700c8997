"""`app.info`, events, placements and probes of the application (contract bitrix24.md §1.10, §3.4, §4.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.bitrix24.errors import RestError, denied, wrong
from sandbox.bitrix24.methods.registry import METHODS, Call, serves
from sandbox.bitrix24.specs import spec_of
from sandbox.bitrix24.state import EventBinding, PlacementBinding

EVENTS = frozenset(
    {
        "ONAPPINSTALL",
        "ONAPPUNINSTALL",
        "ONAPPUPDATE",
        "ONAPPPAYMENT",
        "ONAPPMETHODCONFIRM",
        "ONAPPUSERREADY",
        "ONUSERADD",
        "ONIMCONNECTORMESSAGEADD",
        "ONIMCONNECTORMESSAGEUPDATE",
        "ONIMCONNECTORMESSAGEDELETE",
        "ONIMCONNECTORDIALOGSTART",
        "ONIMCONNECTORDIALOGFINISH",
        "ONIMCONNECTORSTATUSDELETE",
        "ONIMCONNECTORLINEDELETE",
        "ONOPENLINEMESSAGEADD",
        "ONOPENLINEMESSAGEUPDATE",
        "ONOPENLINEMESSAGEDELETE",
        "ONSESSIONSTART",
        "ONSESSIONFINISH",
        "ONCRMLEADADD",
        "ONCRMLEADUPDATE",
        "ONCRMCONTACTADD",
        "ONCRMCONTACTUPDATE",
        "ONCRMDEALADD",
        "ONCRMDEALUPDATE",
    }
)
PLACEMENTS = (
    "SETTING_CONNECTOR",
    "CONTACT_CENTER",
    "CRM_CONTACT_DETAIL_TAB",
    "CRM_LEAD_DETAIL_TAB",
    "CRM_DEAL_DETAIL_TAB",
    "CRM_COMPANY_DETAIL_TAB",
    "CRM_CONTACT_DETAIL_ACTIVITY",
    "CRM_LEAD_DETAIL_ACTIVITY",
    "CRM_DEAL_DETAIL_ACTIVITY",
    "CRM_COMPANY_DETAIL_ACTIVITY",
    "CRM_CONTACT_LIST_TOOLBAR",
    "CRM_LEAD_LIST_TOOLBAR",
    "CRM_DEAL_LIST_TOOLBAR",
    "IM_TEXTAREA",
    "IM_SIDEBAR",
    "IM_CONTEXT_MENU",
    "IM_NAVIGATION",
    "LEFT_MENU",
    "REST_APP_URI",
    "PAGE_BACKGROUND_WORKER",
)


@serves("app.info")
async def app_info(call: Call) -> dict[str, Any]:
    """§4.1."""
    card = call.installation.card
    return {
        "ID": 5,
        "CODE": card.code,
        "VERSION": card.version,
        "STATUS": card.status,
        "INSTALLED": call.installation.is_finished,
        "PAYMENT_EXPIRED": "Y" if call.installation.is_payment_expired else "N",
        "DAYS": None,
        "LANGUAGE_ID": call.portal.lang,
        "LICENSE": f"{call.portal.lang}_{'ent250' if call.portal.is_enterprise else 'std'}",
        "LICENSE_TYPE": "ent250" if call.portal.is_enterprise else "std",
        "LICENSE_FAMILY": "ent" if call.portal.is_enterprise else "std",
    }


@serves("server.time")
async def server_time(call: Call) -> str:
    """§1.10: ISO 8601."""
    return call.world.iso()


@serves("scope")
async def scope(call: Call) -> list[str]:
    """The scopes granted to the application."""
    return call.installation.card.scope


@serves("methods")
async def methods(call: Call) -> list[str]:
    """The methods that this portal knows."""
    return sorted(METHODS)


@serves("method.get")
async def method_get(call: Call) -> dict[str, bool]:
    """Is a method there, and may the application call it?"""
    name = call.text("name")
    exists = name in METHODS
    granted = exists and spec_of(name).scope in (None, "базовый", *call.installation.card.scope)
    return {"isExisting": exists, "isAvailable": granted}


@serves("events")
async def events(call: Call) -> list[str]:
    """The events that can be bound."""
    return sorted(EVENTS)


@serves("event.bind")
async def event_bind(call: Call) -> bool:
    """Bind a handler; the same triple twice is refused."""
    event, handler = call.text("event").upper(), call.text("handler")
    if event not in EVENTS:
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    if call.text("event_type", "online") != "online":
        raise denied("Offline events are not available")
    _must_be_url("handler", handler)
    auth_type = call.number("auth_type")
    if auth_type and auth_type != call.user.id and not call.user.is_admin:
        raise denied()
    if any(
        (one.event, one.handler, one.auth_type) == (event, handler, auth_type) for one in call.portal.bindings
    ):
        raise RestError("ERROR_EVENT_BINDING_EXISTS", "Unable to set event handler: Handler already binded")
    number = call.portal.next_id("binding", 555)
    call.portal.bindings.append(EventBinding(id=number, event=event, handler=handler, auth_type=auth_type))
    return True


@serves("event.get")
async def event_get(call: Call) -> list[dict[str, Any]]:
    """Every bound handler."""
    return [
        {"event": one.event, "handler": one.handler, "auth_type": str(one.auth_type), "offline": 0}
        for one in call.portal.bindings
    ]


@serves("event.unbind")
async def event_unbind(call: Call) -> dict[str, int]:
    """Remove every binding that matches; an omitted filter matches all."""
    event, handler = call.text("event").upper(), call.params.get("handler")
    auth_type = call.params.get("auth_type")
    kept = [
        one
        for one in call.portal.bindings
        if one.event != event
        or (handler and one.handler != handler)
        or (auth_type is not None and one.auth_type != int(auth_type or 0))
    ]
    count = len(call.portal.bindings) - len(kept)
    call.portal.bindings = kept
    return {"count": count}


@serves("placement.list")
async def placement_list(call: Call) -> list[str]:
    """What this portal can show."""
    return list(PLACEMENTS)


@serves("placement.bind", admin_only=True)
async def placement_bind(call: Call) -> bool:
    """Bind a page to a place; `SETTING_CONNECTOR` is accepted and never shown (§2.1)."""
    code, handler = call.text("PLACEMENT").upper(), call.text("HANDLER")
    if code not in PLACEMENTS and not code.startswith("CRM_DYNAMIC_"):
        raise RestError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    _must_be_url("HANDLER", handler)
    if code == "IM_TEXTAREA" and not call.fields("OPTIONS").get("iconName"):
        raise wrong("iconName", "is null or empty")
    same = [one for one in call.portal.placements if one.placement == code]
    if any(one.handler == handler for one in same):
        raise RestError("ERROR_CORE", "Unable to set placement handler: Handler already binded")
    if code == "REST_APP_URI" and same:
        raise RestError("ERROR_PLACEMENT_MAX_COUNT", "Placement already has a handler")
    titles = {
        language: {"TITLE": text.get("TITLE", ""), "DESCRIPTION": text.get("DESCRIPTION", "")}
        for language, text in call.fields("LANG_ALL").items()
        if isinstance(text, dict)
    }
    call.portal.placements.append(
        PlacementBinding(
            placement=code,
            handler=handler,
            title=call.text("TITLE"),
            description=call.text("DESCRIPTION"),
            options=call.fields("OPTIONS"),
            titles=titles,
            user_id=call.number("USER_ID"),
        )
    )
    return True


@serves("placement.get", admin_only=True)
async def placement_get(call: Call) -> list[dict[str, Any]]:
    """Every bound page."""
    return [
        {
            "placement": one.placement,
            "userId": one.user_id,
            "handler": one.handler,
            "options": one.options,
            "title": one.title,
            "description": one.description,
            "langAll": one.titles,
        }
        for one in call.portal.placements
    ]


@serves("placement.unbind", admin_only=True)
async def placement_unbind(call: Call) -> dict[str, int]:
    """Remove every page that matches."""
    code, handler = call.text("PLACEMENT").upper(), call.text("HANDLER")
    kept = [
        one
        for one in call.portal.placements
        if (code and one.placement != code) or (handler and one.handler != handler)
    ]
    count = len(call.portal.placements) - len(kept)
    call.portal.placements = kept
    return {"count": count}


def _must_be_url(argument: str, value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise wrong(argument, "is not a URL")
