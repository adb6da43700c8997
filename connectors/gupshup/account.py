"""What Gupshup tells of an application's number, account and wallet (contracts/gupshup.md §1.4, §4.7).

The shapes are those of the partner API; whether an application's own key may read them is not certain, so
every field may be missing and a refusal is a `Failure` with the code `not_offered`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from connectors.gupshup.wire import number_of, object_of, objects_of, text_of
from connectors.outside import Actor, Failure, Policy

_NOT_OFFERED: Final = frozenset({400, 401, 403, 404, 405})


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """Whose account the application belongs to."""

    name: str | None
    phone: str | None
    country: str | None


class Waba(msgspec.Struct, frozen=True, kw_only=True):
    """The WhatsApp business account behind the number, as Meta sees it."""

    waba_id: str | None
    phone: str | None
    display_name: str | None
    quality: str | None
    """GREEN, YELLOW, RED or UNKNOWN."""
    messaging_limit: str | None
    """TIER_50, TIER_250, TIER_1K, TIER_10K, TIER_100K, NOT_SET or UNLIMITED."""
    account: str | None
    """ACTIVE or BANNED."""
    number: str | None
    """CONNECTED, DISCONNECTED, FLAGGED, PENDING, RESTRICTED or UNKNOWN."""
    can_send: str | None
    """AVAILABLE, LIMITED or BLOCKED."""
    error: str | None
    """Meta's first complaint, with its solution."""


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """The prepaid balance; it may be negative down to the overdraft."""

    amount: Decimal
    currency: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Gupshup's own verdict on the application."""

    healthy: bool


def business_of(body: Any) -> Business | None:
    """The answer to `GET …/business`."""
    answer = object_of(body)
    business = object_of(answer.get("business"))
    if answer.get("status") != "success" or not business:
        return None
    return Business(
        name=text_of(business.get("name")),
        phone=text_of(business.get("contactNumber")),
        country=text_of(business.get("country")),
    )


def waba_of(body: Any) -> Waba | None:
    """The answer about the business account: `wabaInfo`, or its fields at the top."""
    answer = object_of(body)
    info = object_of(answer.get("wabaInfo")) or answer
    if answer.get("status") == "error" or not (info.keys() & {"wabaId", "phoneQuality", "messagingLimit"}):
        return None
    return Waba(
        waba_id=text_of(info.get("wabaId")),
        phone=number_of(info.get("phone")),
        display_name=text_of(info.get("verifiedName")),
        quality=_word(info.get("phoneQuality")),
        messaging_limit=_word(info.get("messagingLimit")),
        account=_word(info.get("accountStatus")),
        number=_word(info.get("dockerStatus")),
        can_send=_word(info.get("canSendMessage")),
        error=_complaint(info),
    )


def wallet_of(body: Any) -> Wallet | None:
    """The answer about the wallet; older ones have no `status`."""
    answer = object_of(body)
    wallet = object_of(answer.get("walletResponse"))
    try:
        amount = Decimal(text_of(wallet.get("currentBalance")) or "")
    except InvalidOperation:
        return None
    if answer.get("status") == "error" or not amount.is_finite():
        return None
    return Wallet(amount=amount, currency=text_of(wallet.get("currency")) or "USD")


def health_of(body: Any) -> Health | None:
    """The answer about the application's health: `healthy` comes as a text."""
    answer = object_of(body)
    said = str(answer.get("healthy", "")).lower()
    return Health(healthy=said == "true") if said in ("true", "false") else None


def unless_refused(failure: Failure) -> Failure:
    """A refusal here says nothing about the channel: its key may not read this."""
    if failure.http_status not in _NOT_OFFERED:
        return failure
    return msgspec.structs.replace(
        failure, policy=Policy.NEVER, code="not_offered", who_acts=Actor.NOBODY, retry_after_s=None
    )


def _word(value: Any) -> str | None:
    text = text_of(value)
    return text.upper()[:40] if text else None


def _complaint(info: dict[str, Any]) -> str | None:
    """`errors` holds {error_code, error_description, possible_solution}."""
    for error in objects_of(info.get("errors")):
        words = [text_of(error.get(name)) for name in ("error_description", "possible_solution")]
        if any(words):
            return " ".join(word for word in words if word)[:300]
    return None
