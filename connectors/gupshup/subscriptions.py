"""Our webhook at Gupshup: what it must be, and how what is there differs (contracts/gupshup.md §1.5)."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from connectors.gupshup.wire import object_of, objects_of, text_of
from connectors.redaction import Secret

SECRET_HEADER: Final = "X-Gupshup-Webhook-Secret"  # noqa: S105 (the header's name)
"""Gupshup signs nothing; it replays this header, set in the subscription's `meta`, on every callback."""
MODES: Final = (
    "SENT",
    "DELIVERED",
    "READ",
    "FAILED",
    "ENQUEUED",
    "MESSAGE",
    "OTHERS",
    "BILLING",
    "TEMPLATE",
    "ACCOUNT",
)
VERSION: Final = 2


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Our webhook as Gupshup has it; its URL and headers are secrets and not in here."""

    id: str
    tag: str
    is_active: bool
    modes: tuple[str, ...]


class SubscriptionCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Our webhook, if there is one, and how it differs from what it must be."""

    subscription: Subscription | None
    differences: tuple[str, ...]
    """Any of missing, url, version, active, modes, headers; empty when all is right."""


def form_of(url: Secret, secret: Secret, tag: str) -> dict[str, Any]:
    """The form of creating and of updating."""
    return {
        "url": url,
        "tag": tag,
        "version": VERSION,
        "modes": ",".join(MODES),
        "active": True,
        "showOnUI": False,
        "meta": {"headers": {SECRET_HEADER: secret}},
    }


def listed(body: Any) -> list[dict[str, Any]] | None:
    """The subscriptions in an answer to the list; None if it is no such answer."""
    answer = object_of(body)
    is_list = isinstance(answer.get("subscriptions"), list) or answer.get("status") == "success"
    return objects_of(answer.get("subscriptions")) if is_list else None


def created(body: Any) -> Subscription | None:
    """The subscription in an answer to creating or updating."""
    answer = object_of(body)
    return (
        subscription_of(object_of(answer.get("subscription"))) if answer.get("status") == "success" else None
    )


def with_tag(subscriptions: list[dict[str, Any]], tag: str) -> dict[str, Any] | None:
    """Ours: the tag is unique for an application."""
    return next((item for item in subscriptions if item.get("tag") == tag), None)


def subscription_of(item: dict[str, Any]) -> Subscription | None:
    """Read one; None without an id."""
    id_ = text_of(item.get("id"))
    if id_ is None:
        return None
    return Subscription(
        id=id_, tag=text_of(item.get("tag")) or "", is_active=_is_active(item), modes=tuple(_modes(item))
    )


def check(item: dict[str, Any] | None, url: Secret, secret: Secret) -> SubscriptionCheck:
    """Compare one with what it must be; further modes and headers are the customer's affair."""
    if item is None:
        return SubscriptionCheck(subscription=None, differences=("missing",))
    headers = {name.lower(): value for name, value in _headers(item).items()}
    right = {
        "url": item.get("url") == url.reveal(),
        "version": text_of(item.get("version")) == str(VERSION),
        "active": _is_active(item),
        "modes": set(MODES) <= set(_modes(item)),
        "headers": headers.get(SECRET_HEADER.lower()) == secret.reveal(),
    }
    differences = tuple(name for name, is_right in right.items() if not is_right)
    return SubscriptionCheck(subscription=subscription_of(item), differences=differences)


def _is_active(item: dict[str, Any]) -> bool:
    return item.get("active") in (True, "true")


def _modes(item: dict[str, Any]) -> list[str]:
    modes = item.get("modes")
    names = modes.split(",") if isinstance(modes, str) else modes if isinstance(modes, list) else []
    return [str(name).strip().upper() for name in names]


def _headers(item: dict[str, Any]) -> dict[str, Any]:
    """`meta` is documented as a JSON text; an object is taken too."""
    meta = item.get("meta")
    if isinstance(meta, str):
        try:
            meta = json.loads(meta)
        except (ValueError, RecursionError):
            return {}
    return object_of(object_of(meta).get("headers"))
