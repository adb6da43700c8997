"""The facts that a Gupshup callback can state, as SQL takes them (`msgspec.to_builtins`, tag field `fact`).

Texts are as they came. Instants are ISO-8601 in UTC with milliseconds. What could not be read is None and
named in `doubts`, so that SQL decides about it: nothing is dropped here, and nothing is invented.
"""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.outside import Policy


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the customer, fetched from `url` (plain GET, no key) until `expires_at`."""

    url: str
    mime: str | None
    """As declared, parameters included: `audio/ogg; codecs=opus`."""
    name: str | None
    expires_at: str | None


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """The number that was dialled and the WhatsApp id behind it (Brazil, Mexico, Argentina)."""

    wa_id: str
    phone: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact"):
    """What every callback carries (contracts/gupshup.md §4); only a hint, the tenant comes from the URL."""

    app: str | None
    app_id: str | None
    app_phone: str | None
    doubts: list[str]
    """What was missing or unreadable: `keys`, `sender`, `timestamp`, `text`, `media`, `alias`."""


class MessageReceived(Envelope, frozen=True, kw_only=True, tag="message"):
    """A customer wrote to us (§4.1)."""

    key: str
    """WhatsApp's id of the message: at-least-once deliveries are told apart by it."""
    wa_id: str | None
    """Digits; None when the customer shows no number."""
    bsuid: str | None
    """Business-scoped user id, with or instead of the number (§0 rule 10)."""
    name: str | None
    kind: str
    """One of `messages.KINDS`."""
    text: str | None
    """The text, the caption, or what a person can read in place of it, such as the button's title."""
    media: Media | None
    context_key: str | None
    """The message that this one answers or reacts to: our gs id, else WhatsApp's id."""
    payload: dict[str, Any]
    """The inner payload as it came; the advertisement's `referral` beside it."""
    sent_at: str | None


class StatusChanged(Envelope, frozen=True, kw_only=True, tag="status"):
    """How far one of our messages got (§4.2)."""

    event: str
    """enqueued, sent, delivered, read, failed, deleted or mismatch."""
    keys: dict[str, str]
    """`gs`: the id that answered our send; `wa`: WhatsApp's. At least one, else `doubts` names `keys`."""
    destination: str | None
    code: str | None
    reason: str | None
    policy: Policy | None
    """What a failure asks for (`failures.policy_of`); None when nothing failed."""
    alias: Alias | None
    pricing: dict[str, Any] | None
    at: str | None


class BillingNoted(Envelope, frozen=True, kw_only=True, tag="billing"):
    """Meta or Gupshup counted a message as billable, or as free (§4.4); no amount is told."""

    keys: dict[str, str]
    destination: str | None
    deductions: dict[str, Any]
    at: str | None


class TemplateChanged(Envelope, frozen=True, kw_only=True, tag="template"):
    """A template's review, category or quality changed (§4.6)."""

    template_id: str | None
    element_name: str | None
    language: str | None
    event: str
    """status-update (also when the type is absent, as in older events), category-update or quality-update."""
    status: str | None
    """Lower case: both spellings are sent."""
    reason: str | None
    payload: dict[str, Any]
    at: str | None


class AccountChanged(Envelope, frozen=True, kw_only=True, tag="account"):
    """The business account, its number or its onboarding changed (§4.7)."""

    what: str
    """review-event, status-event, pndn-event, tier-event, capability-event, docker-status-event, …"""
    payload: dict[str, Any]
    at: str | None


class UserNoted(Envelope, frozen=True, kw_only=True, tag="user"):
    """Legacy opt-in or opt-out, and Gupshup's probe of a new callback URL (§4.3)."""

    what: str
    phone: str | None
    """`callbackSetPhone` in the probe."""
    at: str | None


class PreferenceChanged(Envelope, frozen=True, kw_only=True, tag="preference"):
    """A customer stopped or resumed marketing messages (§4.5)."""

    entries: list[dict[str, Any]]
    at: str | None


class Unknown(Envelope, frozen=True, kw_only=True, tag="unknown"):
    """A callback that states no fact we know; stored raw."""

    what: str
    """`v3`, `v2:flows-event`, `v2:message-event:others`, `untyped`."""
    at: str | None


Event = (
    MessageReceived
    | StatusChanged
    | BillingNoted
    | TemplateChanged
    | AccountChanged
    | UserNoted
    | PreferenceChanged
    | Unknown
)
