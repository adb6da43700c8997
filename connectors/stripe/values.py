"""Small words of Stripe's objects: amounts, instants, metadata, declines, cards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

from connectors.money import from_minor
from connectors.stripe.shapes import Card, PaymentError

_HARD: Final = (
    "authentication_required expired_card fraudulent incorrect_number invalid_account lost_card "
    "merchant_blacklist new_account_information_available no_action_taken pickup_card restricted_card "
    "revocation_of_all_authorizations revocation_of_authorization security_violation stolen_card "
    "stop_payment_order transaction_not_allowed"
)
NEVER_AGAIN: Final = frozenset(_HARD.split())
"""Decline codes after which the same card is not to be charged again."""


def micros(minor: int, currency: str) -> int:
    """Stripe's minor units as millionths. Raises AmountError."""
    return from_minor("stripe", minor, currency.upper())


def instant(seconds: int) -> datetime:
    """Stripe's seconds as an instant in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def ours(metadata: dict[str, Any] | None) -> dict[str, str]:
    """The texts of an object's metadata."""
    return {name: value for name, value in (metadata or {}).items() if isinstance(value, str) and value}


def decline_code(error: PaymentError | None) -> str | None:
    """Stripe's most exact word for why a card was refused."""
    return (error.decline_code or error.code) if error else None


def retry_after(error: PaymentError | None) -> Literal["never", "later"]:
    """May the same card be charged again?"""
    code = decline_code(error)
    advice = error.advice_code if error else None
    hard = advice in ("do_not_try_again", "confirm_card_data") or code in NEVER_AGAIN
    return "never" if hard else "later"


def label_of(card: Card | None) -> str | None:
    """What a person recognises: `visa •••• 4242, 12/2030`."""
    if card is None or not card.last4:
        return None
    expiry = f", {card.exp_month:02}/{card.exp_year}" if card.exp_month and card.exp_year else ""
    return f"{card.brand or 'card'} •••• {card.last4}{expiry}"
