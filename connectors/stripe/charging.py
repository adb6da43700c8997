"""What became of charging a saved card (contracts/payments.md §1.4): pure."""

from __future__ import annotations

from typing import Final

import msgspec

from connectors.outside import Policy
from connectors.payments import (
    ChargeOutcome,
    Declined,
    NeedsAction,
    PaymentState,
    Pending,
    Succeeded,
    Unknown,
)
from connectors.stripe.failures import Refused, refuse
from connectors.stripe.money_in import payment_of
from connectors.stripe.shapes import PaymentIntent
from connectors.stripe.values import NEVER_AGAIN, decline_code, retry_after

_METHOD_MISSING: Final = frozenset({"payment_method", "customer"})
_METHOD_CODES: Final = frozenset(
    {"payment_method_unexpected_state", "payment_method_invalid_parameter", "payment_method_customer_decline"}
)


def outcome_of(intent: PaymentIntent) -> ChargeOutcome:
    """The state of the payment says it all. Raises AmountError."""
    snapshot = payment_of(intent)
    match snapshot.state:
        case PaymentState.SUCCEEDED:
            return Succeeded(snapshot=snapshot)
        case PaymentState.NEEDS_ACTION:
            return NeedsAction(snapshot=snapshot, url=snapshot.url)
        case PaymentState.FAILED | PaymentState.CANCELLED:
            error = intent.last_payment_error
            code = decline_code(error) or "cancelled"
            return Declined(code=code, retry=retry_after(error), snapshot=snapshot)
        case _:
            return Pending(ids=snapshot.ids)


def outcome_of_refusal(refused: Refused) -> ChargeOutcome:
    """A refusal may carry the payment that Stripe kept; a missing card is a decline, not our mistake."""
    failure = refused.failure
    if failure.policy is Policy.UNKNOWN:
        return Unknown(failure=failure)
    if failure.http_status == 402:
        return _declined(refused)
    lost = failure.code == "resource_missing" and refused.param in _METHOD_MISSING
    if lost or failure.code in _METHOD_CODES or "attached to" in failure.message:
        return Declined(code="payment_method_missing", retry="never")
    return failure


def _declined(refused: Refused) -> ChargeOutcome:
    code = refused.decline_code or refused.failure.code
    never = refused.advice_code in ("do_not_try_again", "confirm_card_data") or code in NEVER_AGAIN
    try:
        intent = msgspec.convert(refused.payment_intent, PaymentIntent) if refused.payment_intent else None
    except msgspec.ValidationError:
        intent = None
    snapshot = payment_of(intent) if intent else None
    if code == "authentication_required" and snapshot is not None:
        return NeedsAction(snapshot=snapshot, url=snapshot.url)
    return Declined(code=code, retry="never" if never else "later", snapshot=snapshot)


def unknown(code: str, message: str) -> Unknown:
    """We looked and cannot tell yet."""
    return Unknown(failure=refuse(code, message, policy=Policy.UNKNOWN))
