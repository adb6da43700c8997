"""A channel as the API shows it: its state, its connection tests, what is known of its number."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from adapters.explanations import CODES, Explanation, Party, explain
from connectors.bitrix24.texts import Language, language_of
from runtime.bearer import Holder

State = Literal[
    "draft", "connecting", "active", "attention", "suspended", "paused", "disconnected", "removed"
]
NextAction = Literal["connect", "wait", "write", "repair", "top_up_or_renew", "unpause", "none"]
TickAt = Literal["submitted", "sent", "delivered"]
TestName = Literal[
    "install_finished",
    "token",
    "events_bound",
    "connector_active",
    "callback_ours",
    "gupshup_app",
    "gupshup_wallet",
    "round_trip",
]
TestAction = Literal[
    "reinstall",
    "open_application",
    "repair",
    "connect",
    "check_line",
    "check_key",
    "check_again",
    "top_up_gupshup",
    "contact_gupshup",
    "write_to_number",
]


class ConnectionTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test of a channel's connection as it was last found (`tenancy.connection_tests`)."""

    name: TestName
    outcome: Literal["ok", "warn", "fail", "waiting"]
    """`warn`: it works, but look at it, or it could not be asked just now; `waiting`: not known yet."""
    code: str | None
    detail: str | None
    """The other side's words, or figures such as the wallet's balance."""
    at: datetime | None
    """When it was found."""
    explanation: Explanation | None
    action: TestAction | None
    """What mends it: `repair` is `POST …/repair`, `connect` `POST …/connect`, `check_again` `POST …/check`;
    the others are done outside."""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A WhatsApp number on an open line. Instants are in UTC."""

    channel_id: UUID
    name: str
    phone: str
    """Digits."""
    line_id: str
    app_id: str
    app_name: str
    state: State
    state_reason: str | None
    state_at: datetime
    next_action: NextAction
    who_acts: Literal["nobody", "administrator", "provider"]
    sends: bool
    receives: bool
    tick_at: TickAt
    """The rung at which an operator's message counts as delivered in the portal."""
    checked_at: datetime | None
    check_report: dict[str, Any]
    """The last check as the worker reported it: what support asks for."""
    tests: list[ConnectionTest]
    waiting_in: int
    waiting_out: int
    today_in: int
    """Messages since the portal's local midnight."""
    today_out: int
    today_failed: int
    may: list[str]
    """The caller's permissions on this channel (`tenancy.permission`)."""
    explanation: Explanation | None
    """Of `state_reason`."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a channel's state or (event `configure`) of its settings."""

    at: datetime
    event: str
    from_state: State
    to_state: State
    reason: str | None
    """A code; of `configure`, what was changed, such as `name: Ventas → Ventas Lima`."""
    actor: str
    """A user's id, or the part of the system: `check`, `bitrix24`, `system`."""
    actor_name: str | None
    explanation: Explanation | None
    """Of a reason that is a code."""


class NumberFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that Gupshup tells of a number."""

    value: str | None
    refreshed_at: datetime | None
    """When it was said; None while nobody said it."""
    code: str | None
    """Why it could not be read when last asked; an older value may stand all the same."""
    explanation: Explanation | None


class WalletFact(NumberFact, frozen=True, kw_only=True):
    """The prepaid balance at Gupshup; `value` is a decimal number."""

    currency: str | None


class NumberFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What Gupshup tells of a channel's number, each with its last refresh."""

    app_name: str
    app_id: str
    phone: str
    """Digits."""
    business: NumberFact
    """Whose Gupshup account it is."""
    waba_id: NumberFact
    display_name: NumberFact
    quality: NumberFact
    """GREEN, YELLOW, RED or UNKNOWN."""
    messaging_limit: NumberFact
    """TIER_250, TIER_1K, … UNLIMITED: customers a day to whom the company may write first."""
    account_status: NumberFact
    """Such as ACTIVE, BANNED."""
    health: NumberFact
    """`healthy` or `unhealthy`."""
    callback: NumberFact
    """`set` when Gupshup calls us back."""
    wallet: WalletFact


class ChannelDetail(Channel, frozen=True, kw_only=True):
    """A channel with its history, newest first, and what is known of its number."""

    history: list[Change]
    number: NumberFacts


def spoken(holder: Holder) -> Language:
    """The language of the page that the caller has open."""
    return language_of(holder.language)


def channel_of(row: dict[str, Any], language: Language) -> Channel:
    """A row of `tenancy.channels`."""
    return Channel(**_fields(row, language))


def detail_of(
    row: dict[str, Any], changes: list[dict[str, Any]], facts: list[dict[str, Any]], language: Language
) -> ChannelDetail:
    """A row of `tenancy.channels`, with the rows of `tenancy.channel_changes` and `tenancy.channel_facts`."""
    history = [Change(**change, explanation=_why(change["reason"], language)) for change in changes]
    return ChannelDetail(**_fields(row, language), history=history, number=_number(row, facts, language))


def _fields(row: dict[str, Any], language: Language) -> dict[str, Any]:
    reason = row["state_reason"] if row["state"] != "active" else None
    made = {
        "tests": [_test(test, language) for test in row["tests"]],
        "explanation": explained(reason, row["reason_party"] or "ours", language),
    }
    return {name: made[name] if name in made else row[name] for name in Channel.__struct_fields__}


def _number(channel: dict[str, Any], rows: list[dict[str, Any]], language: Language) -> NumberFacts:
    found = {row["fact"]: row for row in rows}

    def fact(name: str, value: str | None = None) -> NumberFact:
        row = found.get(name, _NEVER_ASKED)
        said = value if value is not None else (row["value"] or {}).get("text")
        return NumberFact(value=said, **_known(row, language))

    def said(name: str) -> dict[str, Any]:
        return found.get(name, _NEVER_ASKED)["value"] or {}

    healthy = said("health").get("healthy")
    return NumberFacts(
        app_name=channel["app_name"],
        app_id=channel["app_id"],
        phone=channel["phone"],
        business=fact("app", said("app").get("name")),
        waba_id=fact("waba_id"),
        display_name=fact("display_name"),
        quality=fact("quality"),
        messaging_limit=fact("messaging_limit"),
        account_status=fact("account_status", said("account_status").get("account")),
        health=fact("health", None if healthy is None else "healthy" if healthy else "unhealthy"),
        callback=fact("callback", said("callback").get("state")),
        wallet=WalletFact(
            value=said("wallet").get("amount"),
            currency=said("wallet").get("currency"),
            **_known(found.get("wallet", _NEVER_ASKED), language),
        ),
    )


def _why(reason: str | None, language: Language) -> Explanation | None:
    """A change's reason in words. The history keeps no party: the first that knows the code is asked."""
    parties: tuple[Party, ...] = ("ours", "gupshup", "bitrix24")
    for party in parties if reason is not None else ():
        if reason in CODES[party]:
            return explain(reason, party=party, language=language)
    return None


_NEVER_ASKED: dict[str, Any] = {"value": None, "refreshed_at": None, "failure": None}


def _known(row: dict[str, Any], language: Language) -> dict[str, Any]:
    code = (row["failure"] or {}).get("code")
    return {
        "refreshed_at": row["refreshed_at"],
        "code": code,
        "explanation": explained(code, "gupshup", language),
    }


def _test(test: dict[str, Any], language: Language) -> ConnectionTest:
    return ConnectionTest(
        name=test["test"],
        outcome=test["outcome"],
        code=test["code"],
        detail=test["detail"],
        at=None if test["at"] is None else datetime.fromisoformat(test["at"]),
        explanation=explained(test["code"], test["party"], language),
        action=test["action"],
    )


def explained(code: str | None, party: Party, language: Language) -> Explanation | None:
    """The code in words; None where there is none."""
    return None if code is None else explain(code, party=party, language=language)
