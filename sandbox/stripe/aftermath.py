"""Charges of saved cards, refunds and disputes (§1.4)."""

from __future__ import annotations

import copy
from typing import cast

from sandbox.stripe import shapes
from sandbox.stripe.checkout import check_amount
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.state import Card, Json

_TEST_CARDS: dict[str, Card] = {
    "pm_card_visa": "ok",
    "pm_card_chargeDeclined": "declined",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedExpiredCard": "expired",
    "pm_card_authenticationRequired": "authentication",
}


def charge_saved(stripe: StripeSandbox, params: Json) -> Json:
    """`POST /v1/payment_intents` with `confirm`: off-session, so nobody can authenticate."""
    check_amount(params["amount"], params["currency"])
    customer = params.get("customer")
    if customer:
        stripe.get("customer", customer, "customer")
    method = _method_of(stripe, params.get("payment_method"), customer) if params.get("confirm") else None
    intent = stripe.keep(shapes.payment_intent(params, stripe.now()))
    stripe.emit("payment_intent.created", intent)
    if method is None or stripe.attempt(intent, method, authenticated=not params.get("off_session")):
        return intent
    error = intent["last_payment_error"]
    raise Refusal(
        402,
        error["message"],
        kind="card_error",
        code=error["code"],
        decline_code=error["decline_code"],
        advice_code=error["advice_code"],
        charge=error["charge"],
        payment_intent=copy.deepcopy(intent),
    )


def refund(stripe: StripeSandbox, params: Json) -> Json:
    """`POST /v1/refunds`: as often as something is left. Raises Refusal 400."""
    charged = _charge_of(stripe, params)
    left = charged["amount"] - charged["amount_refunded"]
    if left <= 0:
        raise Refusal(400, "Charge has already been refunded.", code="charge_already_refunded")
    if charged["disputed"]:
        raise Refusal(400, "Charge has been charged back.", code="charge_disputed")
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Refusal(400, message, param="amount")
    pends = stripe.state.knobs.refunds_pend
    made = shapes.refund(params, charged, amount, stripe.now(), status="pending" if pends else "succeeded")
    moved = shapes.balance_transaction(made["id"], -amount, 0, charged["currency"], "refund", stripe.now())
    made["balance_transaction"] = stripe.keep(moved)["id"]
    charged["amount_refunded"] += amount
    charged["refunded"] = charged["amount_refunded"] == charged["amount"]
    stripe.keep(made)
    stripe.emit("refund.created", made)
    stripe.emit("charge.refunded", charged)
    return made


def settle_refund(stripe: StripeSandbox, refund_id: str, *, failed: bool) -> Json:
    """The card's bank takes it or, days later, not: then the money is back on the account."""
    made = stripe.get("refund", refund_id)
    if not failed:
        made["status"] = "succeeded"
        stripe.emit("refund.updated", made)
        return made
    charged = stripe.get("charge", made["charge"])
    moved = shapes.balance_transaction(
        made["id"], made["amount"], 0, made["currency"], "refund_failure", stripe.now()
    )
    made.update(status="failed", failure_reason="lost_or_stolen_card")
    made["failure_balance_transaction"] = stripe.keep(moved)["id"]
    charged["amount_refunded"] -= made["amount"]
    charged["refunded"] = False
    stripe.emit("refund.failed", made)
    return made


def open_dispute(stripe: StripeSandbox, payment_intent: str, *, inquiry: bool) -> Json:
    """The payer's bank asks (no money moves) or takes the money at once, with a fee."""
    charged = _charge_of(stripe, {"payment_intent": payment_intent})
    status = "warning_needs_response" if inquiry else "needs_response"
    made = stripe.keep(shapes.dispute(charged, charged["amount"], status, "fraudulent", stripe.now()))
    stripe.emit("charge.dispute.created", made)
    if not inquiry:
        charged["disputed"] = True
        _move(stripe, made, -made["amount"], 1_500)
        stripe.emit("charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(stripe: StripeSandbox, dispute_id: str, outcome: str) -> Json:
    """The bank decides: `won` gives amount and fee back, `lost` leaves it; an inquiry just closes."""
    made = stripe.get("dispute", dispute_id)
    if made["status"].startswith("warning"):
        made["status"] = "warning_closed"
    else:
        made["status"] = outcome
    if made["status"] == "won":
        _move(stripe, made, made["amount"], -1_500)
        stripe.emit("charge.dispute.funds_reinstated", made)
    stripe.emit("charge.dispute.closed", made)
    return made


def _move(stripe: StripeSandbox, made: Json, amount: int, fee: int) -> None:
    moved = shapes.balance_transaction(made["id"], amount, fee, made["currency"], "adjustment", stripe.now())
    made["balance_transactions"].append(stripe.keep(moved))


def _charge_of(stripe: StripeSandbox, params: Json) -> Json:
    if params.get("charge"):
        return stripe.get("charge", params["charge"], "charge")
    if not params.get("payment_intent"):
        raise Refusal(400, "One of charge or payment_intent is required", code="parameter_missing")
    intent = stripe.get("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        message = "This PaymentIntent does not have a successful charge to refund."
        raise Refusal(400, message, code="payment_intent_unexpected_state")
    return stripe.get("charge", cast(str, intent["latest_charge"]))


def _method_of(stripe: StripeSandbox, method_id: str | None, customer: str | None) -> Json:
    if method_id is None:
        raise Refusal(400, "Missing required param: payment_method.", param="payment_method")
    if method_id in _TEST_CARDS:
        return stripe.new_method(_TEST_CARDS[method_id], customer)
    method = stripe.get("payment_method", method_id, "payment_method")
    if method["customer"] is None or method["customer"] != customer:
        message = "The provided PaymentMethod must be attached to the customer that is charged."
        raise Refusal(400, message, code="payment_method_unexpected_state", param="payment_method")
    return method
