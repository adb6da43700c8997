"""What we ask Stripe to show: the parameters of payment pages, checked by the SDK's own types.

Amounts go as `price_data`, so no catalogue at Stripe has to follow ours. `adaptive_pricing` stays off: the
payer sees the wallet's currency. Nothing here depends on the time of the call: a repeated command must be the
same request, or Stripe refuses it under its idempotency key (contracts/payments.md §1.2, §1.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from connectors.money import to_minor
from connectors.payment_commands import RechargeCmd, RefundCmd, SaveMethodCmd, SubscribeCmd, TopupCmd

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams, RefundCreateParams
    from stripe.params.billing_portal import ConfigurationCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

LOCALES: Final = {"es": "es-419", "en": "en", "pt": "pt-BR"}
PORTAL_VERSION: Final = "1"
"""Of `portal_configuration`: another number makes a new configuration at Stripe."""

_TAX_WORD: Final = {"es": "Impuestos", "en": "Tax", "pt": "Impostos"}


def topup_page(cmd: TopupCmd, customer: str) -> SessionCreateParams:
    """A page that is paid once. Raises AmountError."""
    metadata = _metadata(cmd, "topup")
    params: SessionCreateParams = {
        "mode": "payment",
        "customer": customer,
        "client_reference_id": cmd.payment_id,
        "success_url": cmd.return_url,
        "cancel_url": cmd.cancel_url,
        "line_items": _lines(cmd, {}),
        "payment_intent_data": {"metadata": metadata, "description": cmd.description},
        "metadata": metadata,
        "locale": LOCALES[cmd.locale],
        "expires_at": int(cmd.expires_at.timestamp()),
        "submit_type": "pay",
        "adaptive_pricing": {"enabled": False},
    }
    if cmd.save_method:
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
    if cmd.email:
        params["payment_intent_data"]["receipt_email"] = cmd.email
    return params


def subscription_page(cmd: SubscribeCmd, customer: str) -> SessionCreateParams:
    """A page that begins a scheduled top-up; every period brings its metadata back. Raises AmountError."""
    metadata = _metadata(cmd, "scheduled")
    return {
        "mode": "subscription",
        "customer": customer,
        "client_reference_id": cmd.payment_id,
        "success_url": cmd.return_url,
        "cancel_url": cmd.cancel_url,
        "line_items": _lines(cmd, {"interval": cmd.every}),
        "subscription_data": {"metadata": metadata, "description": cmd.description},
        "metadata": metadata,
        "locale": LOCALES[cmd.locale],
        "adaptive_pricing": {"enabled": False},
    }


def setup_page(cmd: SaveMethodCmd, customer: str) -> SessionCreateParams:
    """A page that saves a card without a payment; cards only, because only they are charged off-session."""
    metadata = {"payment_id": cmd.payment_id, "portal_id": cmd.portal_id, "kind": "save_method"}
    return {
        "mode": "setup",
        "customer": customer,
        "client_reference_id": cmd.payment_id,
        "success_url": cmd.return_url,
        "cancel_url": cmd.cancel_url,
        "currency": cmd.currency.lower(),
        "allowed_payment_method_types": ["card"],
        "setup_intent_data": {"metadata": metadata},
        "metadata": metadata,
        "locale": LOCALES[cmd.locale],
    }


def recharge(cmd: RechargeCmd) -> PaymentIntentCreateParams:
    """A charge of a saved card while nobody is there. Raises AmountError."""
    return {
        "amount": to_minor("stripe", cmd.amount, cmd.currency),
        "currency": cmd.currency.lower(),
        "customer": cmd.customer,
        "payment_method": cmd.method,
        "off_session": True,
        "confirm": True,
        "allowed_payment_method_types": ["card"],
        "description": cmd.description,
        "metadata": {
            "payment_id": cmd.payment_id,
            "portal_id": cmd.portal_id,
            "kind": "auto_recharge",
            "attempt": str(cmd.attempt),
        },
        "expand": ["latest_charge.balance_transaction", "payment_method"],
    }


def refund(cmd: RefundCmd) -> RefundCreateParams:
    """Money back. Raises AmountError."""
    params: RefundCreateParams = {
        "payment_intent": cmd.payment,
        "reason": cmd.reason,
        "metadata": {"refund_id": cmd.refund_id, "payment_id": cmd.payment_id, "portal_id": cmd.portal_id},
        "expand": ["payment_intent"],
    }
    if cmd.amount is not None:
        params["amount"] = to_minor("stripe", cmd.amount, cmd.currency)
    return params


def portal_configuration() -> ConfigurationCreateParams:
    """Cards, receipts and cancelling; changing plans stays with us."""
    return {
        "features": {
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "customer_update": {"enabled": True, "allowed_updates": ["email", "address", "tax_id", "name"]},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            "subscription_update": {"enabled": False},
        },
        "metadata": {"whatsappb24_portal": PORTAL_VERSION},
    }


def is_page_of(url: str, origins: tuple[str, ...]) -> bool:
    """Is this an address that a customer may be sent to? Exact origins, no credentials in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not url.isascii() or not url.isprintable() or "\\" in url or " " in url or "@" in parts.netloc:
        return False
    origin = f"{parts.scheme}://{parts.hostname}{'' if port is None else f':{port}'}"
    return origin in origins


def _metadata(cmd: TopupCmd | SubscribeCmd, kind: str) -> dict[str, str]:
    """Ours, kept on every object; no personal data. The tax is in it so that each view of it has it."""
    found = {"payment_id": cmd.payment_id, "portal_id": cmd.portal_id, "kind": kind}
    if cmd.tax:
        found["tax_minor"] = str(to_minor("stripe", cmd.tax, cmd.currency))
    return found


def _lines(cmd: TopupCmd | SubscribeCmd, recurring: dict[str, str]) -> list[SessionCreateParamsLineItem]:
    wanted = [(cmd.description, cmd.amount)]
    if cmd.tax:
        wanted.append((cmd.tax_label or _TAX_WORD[cmd.locale], cmd.tax))
    lines: list[SessionCreateParamsLineItem] = []
    for name, amount in wanted:
        line: SessionCreateParamsLineItem = {
            "quantity": 1,
            "price_data": {
                "currency": cmd.currency.lower(),
                "unit_amount": to_minor("stripe", amount, cmd.currency),
                "product_data": {"name": name},
            },
        }
        if recurring:
            line["price_data"]["recurring"] = {"interval": recurring["interval"]}
        lines.append(line)
    return lines
