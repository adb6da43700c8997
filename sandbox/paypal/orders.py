"""Orders, captures and refunds of the simulated PayPal (contract §2.4, §2.5)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import msgspec

from sandbox.paypal.party import PayPalSandbox, new_id
from sandbox.paypal.refusal import Refusal, not_found, unprocessable
from sandbox.paypal.state import Capture, Order, Persona, Refund
from sandbox.paypal.taking import NewOrder, NewRefund, NewSaleRefund, amount_of, check_order, written

_SIX_HOURS_MS = 6 * 3600 * 1000
_FEE_SHARE, _FEE_FIXED = Decimal("0.054"), Decimal("0.30")


def create(paypal: PayPalSandbox, wanted: NewOrder, request_id: str | None) -> tuple[int, Order]:
    """A new order, or the one that this request made: 201, then 200."""
    known = paypal.replayed("order", request_id)
    if known is not None:
        return 200, paypal.state.orders[known]
    source = wanted.payment_source
    if source and (source.card or (source.paypal and source.paypal.vault_id)) and not request_id:
        raise Refusal(400, "PAYPAL_REQUEST_ID_REQUIRED", "a single-step order needs PayPal-Request-Id")
    if wanted.intent != "CAPTURE":
        raise unprocessable("UNSUPPORTED_INTENT", "the simulation captures only")
    check_order(wanted)
    experience = source.paypal.experience_context if source and source.paypal else None
    now = paypal.now_text()
    is_old = source is None or paypal.state.knobs.old_links
    order = Order(
        id=new_id(),
        status="CREATED" if is_old else "PAYER_ACTION_REQUIRED",
        units=[_unit(unit) for unit in msgspec.to_builtins(wanted.purchase_units)],
        created=now,
        updated=now,
        expires_ms=paypal.clock.now_ms() + _SIX_HOURS_MS,
        return_url=(experience.return_url if experience else None) or "",
        cancel_url=(experience.cancel_url if experience else None) or "",
        brand=(experience.brand_name if experience else None) or "",
        locale=(experience.locale if experience else None) or "es",
    )
    paypal.state.orders[order.id] = order
    paypal.remember("order", request_id, order.id)
    return 201, order


def find(paypal: PayPalSandbox, order_id: str) -> Order:
    """An order that has not died: six hours, unless it was approved."""
    order = paypal.state.orders.get(order_id)
    is_dead = (
        order is not None
        and order.status in ("CREATED", "PAYER_ACTION_REQUIRED")
        and order.expires_ms <= paypal.clock.now_ms()
    )
    if order is None or is_dead:
        raise not_found("order")
    return order


def approve(paypal: PayPalSandbox, order: Order, persona: Persona) -> None:
    """The payer agrees; how his money will behave is known to nobody yet."""
    if order.status not in ("CREATED", "PAYER_ACTION_REQUIRED"):
        return
    order.status, order.persona = "APPROVED", persona
    order.updated = paypal.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    paypal.sending.tell(
        "CHECKOUT.ORDER.APPROVED",
        "checkout-order",
        paypal.answers.order(paypal.state, order),
        "An order has been approved by buyer",
    )


def capture(paypal: PayPalSandbox, order: Order, request_id: str | None) -> tuple[int, Order]:
    """Take the money, or refuse as the payer's persona has it (§2.4)."""
    if paypal.replayed("capture", request_id) == order.id:
        return 200, order
    if order.status == "COMPLETED":
        raise unprocessable("ORDER_ALREADY_CAPTURED", "Order already captured.")
    if order.status != "APPROVED":
        raise unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
    if order.persona == "declined":
        order.status, order.persona, order.updated = "PAYER_ACTION_REQUIRED", "ok", paypal.now_text()
        raise unprocessable("INSTRUMENT_DECLINED", "The instrument presented was declined.")
    if order.persona == "refused":
        raise unprocessable("TRANSACTION_REFUSED", "The request was refused.")
    unit = order.units[0]
    invoice_id = unit.get("invoice_id")
    if invoice_id and any(one.invoice_id == invoice_id for one in paypal.state.captures.values()):
        raise unprocessable("DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected.")
    value, currency = unit["amount"]["value"], unit["amount"]["currency_code"]
    amount = Decimal(value)
    made = Capture(
        id=new_id(),
        order_id=order.id,
        value=written(amount, currency),
        currency=currency,
        fee=fee_of(amount, currency),
        status="PENDING" if order.persona == "pending" else "COMPLETED",
        created=paypal.now_text(),
        custom_id=unit.get("custom_id"),
        invoice_id=invoice_id,
        reason="ECHECK" if order.persona == "pending" else None,
    )
    paypal.state.captures[made.id] = made
    order.capture_id, order.status, order.updated = made.id, "COMPLETED", paypal.now_text()
    paypal.remember("capture", request_id, order.id)
    tell_capture(paypal, made)
    return 201, order


def settle(paypal: PayPalSandbox, made: Capture, outcome: Literal["COMPLETED", "DECLINED"]) -> None:
    """A pending capture ends; refused money has two names in the documentation (§2.8)."""
    made.status = outcome
    made.reason = None if outcome == "COMPLETED" else "DECLINED_BY_RISK_FRAUD_FILTERS"
    tell_capture(paypal, made)


def tell_capture(paypal: PayPalSandbox, made: Capture) -> None:
    """The event of a capture's state."""
    event = {"COMPLETED": "COMPLETED", "PENDING": "PENDING", "DECLINED": "DENIED"}[made.status]
    shown = paypal.answers.capture(paypal.state, made)
    paypal.sending.tell(f"PAYMENT.CAPTURE.{event}", "capture", shown, f"Payment {event.lower()}")


def refund(
    paypal: PayPalSandbox, capture_id: str, wanted: NewRefund, request_id: str | None
) -> tuple[int, Refund]:
    """Give a capture back, whole or in part (§2.5)."""
    known = paypal.replayed("refund", request_id)
    if known is not None:
        return 200, paypal.state.refunds[known]
    made = paypal.state.captures.get(capture_id)
    if made is None:
        raise not_found("capture")
    if made.status == "PENDING":
        raise unprocessable("PENDING_CAPTURE", "The capture is pending.")
    left = _left(paypal, made.id, Decimal(made.value))
    if wanted.amount is not None and wanted.amount.currency_code != made.currency:
        raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", "one currency for capture and refund")
    amount = amount_of(wanted.amount, "/amount") if wanted.amount else left
    is_open = any(
        one.payment == made.id and one.status != "RESOLVED" for one in paypal.state.disputes.values()
    )
    if is_open and amount < Decimal(made.value):
        raise unprocessable("TRANSACTION_DISPUTED", "no partial refund while a case is open")
    return 201, _refund(
        paypal, made.id, made.currency, amount, left, wanted.invoice_id, wanted.custom_id or made.custom_id,
        wanted.note_to_payer, request_id, event="PAYMENT.CAPTURE.REFUNDED",
    )  # fmt: skip


def refund_sale(
    paypal: PayPalSandbox, sale_id: str, wanted: NewSaleRefund, request_id: str | None
) -> tuple[int, Refund]:
    """Give a payment of a subscription back, in v1's words."""
    known = paypal.replayed("refund", request_id)
    if known is not None:
        return 200, paypal.state.refunds[known]
    sale = paypal.state.sales.get(sale_id)
    if sale is None:
        raise not_found("sale")
    left = _left(paypal, sale.id, Decimal(sale.value))
    amount = Decimal(wanted.amount.total) if wanted.amount else left
    return 201, _refund(
        paypal, sale.id, sale.currency, amount, left, wanted.invoice_number, None,
        wanted.description, request_id, event="PAYMENT.SALE.REFUNDED",
    )  # fmt: skip


def _refund(
    paypal: PayPalSandbox,
    of: str,
    currency: str,
    amount: Decimal,
    left: Decimal,
    invoice_id: str | None,
    custom_id: str | None,
    note: str | None,
    request_id: str | None,
    *,
    event: str,
) -> Refund:
    if left <= 0:
        raise unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.")
    if amount > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED", "The refund is more than what is left.")
    if invoice_id and any(one.invoice_id == invoice_id for one in paypal.state.refunds.values()):
        raise unprocessable("DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected.")
    made = Refund(
        id=new_id(),
        of=of,
        value=written(amount, currency),
        currency=currency,
        status="COMPLETED",
        created=paypal.now_text(),
        custom_id=custom_id,
        invoice_id=invoice_id,
        note=note,
    )
    paypal.state.refunds[made.id] = made
    paypal.remember("refund", request_id, made.id)
    tell_refund(paypal, made, event)
    return made


def tell_refund(paypal: PayPalSandbox, made: Refund, event: str) -> None:
    """The event of a refund or reversal, in the version of what it belongs to."""
    if ".SALE." in event:
        shown: dict[str, Any] = paypal.answers.sale_refund(made, negative=True)
    else:
        shown = paypal.answers.refund(paypal.state, made)
    paypal.sending.tell(event, "refund", shown, f"A {made.value} {made.currency} refund")


def fee_of(amount: Decimal, currency: str) -> str:
    """PayPal's fee for an international payment, roughly."""
    fee = amount * _FEE_SHARE + _FEE_FIXED
    return written(fee.quantize(Decimal("0.01"), ROUND_HALF_UP), currency)


def _left(paypal: PayPalSandbox, payment: str, whole: Decimal) -> Decimal:
    gone = (
        Decimal(one.value)
        for one in paypal.state.refunds.values()
        if one.of == payment and one.status in ("COMPLETED", "PENDING")
    )
    return whole - sum(gone, Decimal())


def _unit(unit: dict[str, Any]) -> dict[str, Any]:
    """A purchase unit as it is answered: without what was left out."""

    def present(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: present(item) for name, item in value.items() if item is not None}
        return [present(item) for item in value] if isinstance(value, list) else value

    shown: dict[str, Any] = {"reference_id": "default", **present(unit)}
    return shown
