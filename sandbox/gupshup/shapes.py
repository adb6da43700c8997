"""The v2 callbacks as the documentation shows them (contract §4): pure functions from facts to JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import phonenumbers

from sandbox.gupshup.state import Message, Phone, SandboxApp


def envelope(app: SandboxApp, event: str, payload: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """What every v2 callback is wrapped in."""
    return {"app": app.name, "timestamp": now_ms, "version": 2, "type": event, "payload": payload}


def probe() -> dict[str, Any]:
    """The payload of the `user-event` that tests an address before it is accepted (§1.5)."""
    return {"phone": "callbackSetPhone", "type": "sandbox-start"}


def inbound(message: Message, phone: Phone, *, bsuid: bool) -> dict[str, Any]:
    """The payload of a `message` (§4.1).

    `message.content` holds {type, payload, context?, referral?}, and whatever else a raw payload named.
    """
    sender: dict[str, Any] = {"name": phone.name}
    if not phone.hides_number:
        country_code, dial_code = dialled_parts(phone.number)
        sender = {"phone": phone.number, **sender, "country_code": country_code, "dial_code": dial_code}
    if bsuid and phone.user_id:
        sender["userId"] = phone.user_id
    shape: dict[str, Any] = {"id": message.ids["id"]}
    if not phone.hides_number:
        shape["source"] = phone.number
    return {**shape, "sender": sender, **message.content}


def dialled_parts(number: str) -> tuple[str, str]:
    """`country_code` and `dial_code` of a number in digits; the first two digits where it is no real one."""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return number[:2], number[2:]
    code = str(parsed.country_code)
    return code, number[len(code) :]


def enqueued(message: Message) -> dict[str, Any]:
    """`enqueued`: the only status that names both ids without `gsId` (§4.2)."""
    return {
        "id": message.ids["messageId"],
        "type": "enqueued",
        "destination": message.dialled,
        "payload": {"whatsappMessageId": message.ids["whatsappMessageId"], "type": "session"},
    }


def failed(message: Message, code: int, reason: str, *, how: str, with_id: bool) -> dict[str, Any]:
    """`failed`: by Gupshup (`id` is the gs id) or by WhatsApp (`gsId` is, `id` may be missing)."""
    if how == "sync":
        ids = {"id": message.ids["messageId"]}
    else:
        ids = {"id": message.ids["whatsappMessageId"]} if with_id else {}
        ids["gsId"] = message.ids["messageId"]
    return {
        **ids,
        "type": "failed",
        "destination": message.dialled,
        "payload": {"code": code, "reason": reason},
    }


def status(message: Message, app: SandboxApp, what: str, now_ms: int) -> dict[str, Any]:
    """`sent` (with pricing, PMP), `delivered` and `read`."""
    ids = {"id": message.ids["whatsappMessageId"], "gsId": message.ids["messageId"]}
    if app.knobs.omit_gs_id:
        del ids["gsId"]
    seconds = now_ms // 1000
    shape: dict[str, Any] = {
        **ids,
        "type": what,
        "destination": message.dialled,
        "payload": {"ts": str(seconds) if app.knobs.string_ts else seconds},
    }
    if what == "sent":
        shape["pricing"] = {
            "policy": "PMP",
            "category": _category(message),
            "type": _billing_type(message, app),
        }
    return shape


def billing(message: Message, app: SandboxApp) -> dict[str, Any]:
    """The payload of a `billing-event` under PMP (§4.4)."""
    references = {"id": message.ids["whatsappMessageId"], "gsId": message.ids["messageId"]}
    if app.knobs.omit_gs_id:
        del references["gsId"]
    return {
        "deductions": {
            "type": _billing_type(message, app),
            "model": "PMP",
            "source": "whatsapp",
            "billable": message.kind == "template" or app.knobs.service_billable,
            "category": _category(message),
        },
        "references": {**references, "destination": message.dialled},
    }


def usage(app: SandboxApp, day: date, messages: list[Message]) -> dict[str, Any]:
    """A day of `partnerAppUsageList` (§1.4): 0.001 USD a message either way (§7), free-form messages only.

    What WhatsApp takes for a service message, where it is billable, is the sandbox's own: 0.01 USD.
    """
    of_day = [one for one in messages if datetime.fromtimestamp(one.at / 1000, UTC).date() == day]
    incoming = [one for one in of_day if one.direction == "in"]
    sent = [one for one in of_day if one.direction == "out" and one.state in ("sent", "delivered", "read")]
    service = len(sent) if app.knobs.service_billable else 0
    gs_fees = round((len(incoming) + len(sent)) * 0.001, 6)
    wa_fees = round(service * 0.01, 6)
    templates = ("templateMsg", "templateMediaMsg", "marketing", "utility", "authentication")
    return {
        "appId": app.app_id,
        "appName": app.name,
        "date": day.isoformat(),
        "incomingMsg": len(incoming),
        "outgoingMsg": sum(one.media is None for one in sent),
        "outgoingMediaMsg": sum(one.media is not None for one in sent),
        "totalMsg": len(incoming) + len(sent),
        "service": service,
        **dict.fromkeys((*templates, "internationalAuthentication", "fep", "ftc"), 0),
        "gsFees": gs_fees,
        "waFees": wa_fees,
        "totalFees": round(gs_fees + wa_fees, 6),
        "discount": 0.0,
        "cumulativeBill": round(gs_fees + wa_fees, 6),
        "gsCap": 75.0,
        "currency": app.knobs.wallet_currency,
    }


def waba(app: SandboxApp) -> dict[str, Any]:
    """`wabaInfo`: the business account behind the number (§1.4)."""
    knobs = app.knobs
    blocked = knobs.can_send != "AVAILABLE"
    error = {
        "error_code": 141000,
        "error_description": f"Sending is {knobs.can_send.lower()}",
        "possible_solution": "Look at the account in WhatsApp Manager",
    }
    return {
        "accountStatus": knobs.account_status,
        "dockerStatus": knobs.number_status,
        "messagingLimit": knobs.messaging_limit,
        "mmLiteStatus": "INELIGIBLE",
        "ownershipType": "CLIENT_OWNED",
        "phone": app.phone,
        "phoneQuality": knobs.quality,
        "throughput": "STANDARD",
        "verifiedName": knobs.display_name or app.name,
        "wabaId": waba_id(app),
        "canSendMessage": knobs.can_send,
        "errors": [error] if blocked else [],
        "additionalInfo": [],
    }


def waba_id(app: SandboxApp) -> str:
    """A business account's id: fifteen digits, the same for one app always."""
    return str(10**14 + int(app.phone) % 10**14)


def wallet(app: SandboxApp) -> dict[str, Any]:
    """`walletResponse` (§1.4): the overdraft is negative."""
    knobs = app.knobs
    balance = 0.0 if knobs.wallet_empty else knobs.wallet_balance
    return {"currency": knobs.wallet_currency, "currentBalance": balance, "overDraftLimit": 0.0}


def tier(app: SandboxApp, event: str, before: str) -> dict[str, Any]:
    """The payload of an `account-event` about the messaging limit (§4.7)."""
    inner = {
        "event": event,
        "oldLimit": before,
        "currentTier": before,
        "newTier": app.knobs.messaging_limit,
        "phoneNumber": app.phone,
    }
    return {"type": "tier-event", "payload": inner}


def account_status(app: SandboxApp) -> dict[str, Any]:
    """The payload of an `account-event` about the account (§4.7)."""
    banned = app.knobs.account_status == "BANNED"
    return {
        "type": "status-event",
        "payload": {"status": "ACCOUNT_DISABLE" if banned else "ACCOUNT_VERIFIED"},
    }


def display_name(app: SandboxApp) -> dict[str, Any]:
    """The payload of an `account-event` about the name that customers see (§4.7)."""
    name = app.knobs.display_name or app.name
    inner = {"status": "APPROVED", "phoneNumber": app.phone, "displayName": name}
    return {"type": "pndn-event", "payload": inner}


def mismatch(message: Message) -> dict[str, Any]:
    """`mismatch`: the number on WhatsApp is not the number dialled (§4.2)."""
    return {
        "id": message.ids["messageId"],
        "type": "mismatch",
        "destination": message.dialled,
        "payload": {"wa_id": message.phone, "phone": message.dialled},
    }


def _category(message: Message) -> str:
    return str(message.content["category"]) if message.kind == "template" else "service"


def _billing_type(message: Message, app: SandboxApp) -> str:
    is_billed = message.kind == "template" or app.knobs.service_billable
    return "regular" if is_billed else "free_customer_service"
