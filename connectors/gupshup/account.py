"""What Gupshup tells of an application's number, account and wallet (contracts/gupshup.md §1.4, §4.7).

The shapes are those of the partner API; whether an application's own key may read them is not certain, so
every field may be missing and a refusal is a `Failure` with the code `not_offered`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from connectors.gupshup.wire import number_of, object_of, objects_of, text_of
from connectors.outside import Actor, Failure, Policy

_MOST_MESSAGES: Final = 1_000_000_000
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


class UsageDay(msgspec.Struct, frozen=True, kw_only=True):
    """What an application had and cost on a day (§1.4): counts of messages by category, and the fees.

    Of what time zone the day is, Gupshup does not say. `currency`: ISO 4217.
    """

    day: date
    marketing: int
    utility: int
    authentication: int
    authentication_international: int
    service: int
    fees: Decimal
    """Gupshup's and WhatsApp's together, less the discount."""
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
    amount = _amount(wallet.get("currentBalance"))
    if answer.get("status") == "error" or amount is None:
        return None
    return Wallet(amount=amount, currency=text_of(wallet.get("currency")) or "USD")


def usage_of(body: Any) -> list[UsageDay] | None:
    """The answer about usage; a day that has no date or no fees is left out."""
    answer = object_of(body)
    if answer.get("status") == "error" or not isinstance(answer.get("partnerAppUsageList"), list):
        return None
    days = (_usage_day(day) for day in objects_of(answer["partnerAppUsageList"]))
    return [day for day in days if day is not None]


def _usage_day(said: dict[str, Any]) -> UsageDay | None:
    fees = _amount(said.get("totalFees"))
    try:
        day = date.fromisoformat(text_of(said.get("date")) or "")
    except ValueError:
        return None
    if fees is None:
        return None
    return UsageDay(
        day=day,
        marketing=_count(said.get("marketing")),
        utility=_count(said.get("utility")),
        authentication=_count(said.get("authentication")),
        authentication_international=_count(said.get("internationalAuthentication")),
        service=_count(said.get("service")),
        fees=fees,
        currency=(text_of(said.get("currency")) or "USD").upper()[:3],
    )


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(text_of(value) or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _count(value: Any) -> int:
    count = _amount(value)
    return int(count) if count is not None and 0 <= count <= _MOST_MESSAGES else 0


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
