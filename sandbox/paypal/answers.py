"""PayPal's objects as it answers and sends them (contract §2.4 to §2.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.paypal.state import (
    Capture,
    Dispute,
    Order,
    PayPalState,
    Plan,
    Refund,
    Sale,
    Subscription,
)
from sandbox.paypal.taking import written

_BUYER = {"email_address": "comprador@example.com", "payer_id": "QYR5Z8XDVJNXQ"}


class Answers:
    """Builds answers; `base` is where the simulated PayPal answers."""

    def __init__(self, base: str) -> None:
        self._base = base

    def order(self, state: PayPalState, order: Order) -> dict[str, Any]:
        """An order with its captures and refunds."""
        units = [dict(unit) for unit in order.units]
        if order.capture_id:
            capture = state.captures[order.capture_id]
            refunds = [one for one in state.refunds.values() if one.of == capture.id]
            units[0]["payments"] = {"captures": [self.capture(state, capture)]}
            if refunds:
                units[0]["payments"]["refunds"] = [self.refund(state, one) for one in refunds]
        rel = "approve" if order.status == "CREATED" else "payer-action"
        links = [_link(f"{self._base}/v2/checkout/orders/{order.id}", "self")]
        if order.status in ("CREATED", "PAYER_ACTION_REQUIRED"):
            links.append(_link(f"{self._base}/checkoutnow?token={order.id}", rel))
        if order.status == "APPROVED":
            links.append(_link(f"{self._base}/v2/checkout/orders/{order.id}/capture", "capture", "POST"))
        answer: dict[str, Any] = {
            "id": order.id,
            "intent": "CAPTURE",
            "status": order.status,
            "purchase_units": units,
            "create_time": order.created,
            "update_time": order.updated,
            "links": links,
        }
        if order.status in ("APPROVED", "COMPLETED"):
            answer["payer"] = _BUYER
            answer["payment_source"] = {"paypal": _BUYER}
        return answer

    def capture(self, state: PayPalState, capture: Capture) -> dict[str, Any]:
        """A capture; the breakdown is absent until its money is there."""
        status: str = capture.status
        given_back = sum(
            (Decimal(one.value) for one in state.refunds.values() if _counts(one, capture.id)), Decimal()
        )
        if capture.status == "COMPLETED" and given_back:
            status = "REFUNDED" if given_back >= Decimal(capture.value) else "PARTIALLY_REFUNDED"
        answer: dict[str, Any] = {
            "id": capture.id,
            "status": status,
            "amount": _money(capture.value, capture.currency),
            "final_capture": True,
            "seller_protection": {"status": "NOT_ELIGIBLE"},
            "supplementary_data": {"related_ids": {"order_id": capture.order_id}},
            "create_time": capture.created,
            "update_time": capture.created,
            "links": [
                _link(f"{self._base}/v2/payments/captures/{capture.id}", "self"),
                _link(f"{self._base}/v2/payments/captures/{capture.id}/refund", "refund", "POST"),
                _link(f"{self._base}/v2/checkout/orders/{capture.order_id}", "up"),
            ],
        }
        for name in ("custom_id", "invoice_id"):
            if (value := getattr(capture, name)) is not None:
                answer[name] = value
        if capture.reason:
            answer["status_details"] = {"reason": capture.reason}
        if capture.status == "COMPLETED":
            net = Decimal(capture.value) - Decimal(capture.fee)
            answer["seller_receivable_breakdown"] = {
                "gross_amount": _money(capture.value, capture.currency),
                "paypal_fee": _money(capture.fee, capture.currency),
                "net_amount": _money(written(net, capture.currency), capture.currency),
            }
        return answer

    def refund(self, state: PayPalState, refund: Refund) -> dict[str, Any]:
        """A v2 refund or reversal."""
        total = sum(
            (Decimal(one.value) for one in state.refunds.values() if _counts(one, refund.of)), Decimal()
        )
        answer: dict[str, Any] = {
            "id": refund.id,
            "status": refund.status,
            "amount": _money(refund.value, refund.currency),
            "seller_payable_breakdown": {
                "gross_amount": _money(refund.value, refund.currency),
                "paypal_fee": _money(written(Decimal(), refund.currency), refund.currency),
                "net_amount": _money(refund.value, refund.currency),
                "total_refunded_amount": _money(written(total, refund.currency), refund.currency),
            },
            "create_time": refund.created,
            "update_time": refund.created,
            "links": [
                _link(f"{self._base}/v2/payments/refunds/{refund.id}", "self"),
                _link(f"{self._base}/v2/payments/captures/{refund.of}", "up"),
            ],
        }
        given = {
            "custom_id": refund.custom_id,
            "invoice_id": refund.invoice_id,
            "note_to_payer": refund.note,
        }
        answer |= {name: value for name, value in given.items() if value is not None}
        if refund.status == "FAILED":
            answer["status_details"] = {"reason": "ECHECK"}
        return answer

    def sale_refund(self, refund: Refund, *, negative: bool) -> dict[str, Any]:
        """A v1 refund: lower-case state, a total that events write with a minus."""
        sign = "-" if negative else ""
        answer: dict[str, Any] = {
            "id": refund.id,
            "state": refund.status.lower(),
            "amount": {"total": f"{sign}{refund.value}", "currency": refund.currency},
            "sale_id": refund.of,
            "create_time": refund.created,
            "links": [
                _link(f"{self._base}/v1/payments/refund/{refund.id}", "self"),
                _link(f"{self._base}/v1/payments/sale/{refund.of}", "sale"),
            ],
        }
        if refund.invoice_id is not None:
            answer["invoice_number"] = refund.invoice_id
        return answer

    def sale(self, state: PayPalState, sale: Sale) -> dict[str, Any]:
        """A v1 sale."""
        refunded = any(_counts(one, sale.id) for one in state.refunds.values())
        answer: dict[str, Any] = {
            "id": sale.id,
            "state": "partially_refunded" if refunded else "completed",
            "amount": {
                "total": sale.value,
                "currency": sale.currency,
                "details": {"subtotal": sale.value},
            },
            "payment_mode": "INSTANT_TRANSFER",
            "transaction_fee": {"value": sale.fee, "currency": sale.currency},
            "billing_agreement_id": sale.subscription_id,
            "create_time": sale.created,
            "update_time": sale.created,
            "links": [
                _link(f"{self._base}/v1/payments/sale/{sale.id}", "self"),
                _link(f"{self._base}/v1/payments/sale/{sale.id}/refund", "refund", "POST"),
            ],
        }
        if sale.custom is not None:
            answer["custom"] = sale.custom
        return answer

    def plan(self, plan: Plan) -> dict[str, Any]:
        """A plan."""
        return {
            "id": plan.id,
            "product_id": plan.product_id,
            "name": plan.name,
            "status": plan.status,
            "usage_type": "LICENSED",
            "create_time": plan.created,
            "links": [_link(f"{self._base}/v1/billing/plans/{plan.id}", "self")],
        }

    def subscription(self, state: PayPalState, subscription: Subscription) -> dict[str, Any]:
        """A subscription; amounts inside are not normalised, as in real payloads (§2.8)."""
        plan = state.plans[subscription.plan_id]
        links = [_link(f"{self._base}/v1/billing/subscriptions/{subscription.id}", "self")]
        if subscription.status == "APPROVAL_PENDING":
            page = f"{self._base}/webapps/billing/subscriptions?ba_token={subscription.token}"
            links.insert(0, _link(page, "approve"))
        billing: dict[str, Any] = {
            "outstanding_balance": _money("0.0", plan.currency),
            "failed_payments_count": subscription.failed,
        }
        if subscription.sales:
            last = state.sales[subscription.sales[-1]]
            billing["last_payment"] = {
                "amount": _money(str(float(last.value)), last.currency),
                "time": last.created,
            }
        if subscription.next_billing and subscription.status == "ACTIVE":
            billing["next_billing_time"] = subscription.next_billing
        answer: dict[str, Any] = {
            "id": subscription.id,
            "status": subscription.status,
            "plan_id": subscription.plan_id,
            "quantity": "1",
            "subscriber": {"email_address": "comprador@example.com", "name": {"given_name": "Ana"}},
            "billing_info": billing,
            "create_time": subscription.created,
            "links": links,
        }
        if subscription.custom_id is not None:
            answer["custom_id"] = subscription.custom_id
        return answer

    def dispute(self, dispute: Dispute) -> dict[str, Any]:
        """A dispute; it carries no id of ours."""
        answer: dict[str, Any] = {
            "dispute_id": dispute.id,
            "create_time": dispute.created,
            "update_time": dispute.updated,
            "disputed_transactions": [
                {"seller_transaction_id": dispute.payment, "buyer": {"name": "Ana Compradora"}}
            ],
            "reason": dispute.reason,
            "status": dispute.status,
            "dispute_amount": _money(dispute.value, dispute.currency),
            "dispute_life_cycle_stage": dispute.stage,
            "seller_response_due_date": dispute.due,
            "links": [_link(f"{self._base}/v1/customer/disputes/{dispute.id}", "self")],
        }
        if dispute.outcome is not None:
            answer["dispute_outcome"] = {"outcome_code": dispute.outcome}
        return answer


def _counts(refund: Refund, payment: str) -> bool:
    return refund.of == payment and refund.status in ("COMPLETED", "PENDING")


def _money(value: str, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": value}


def _link(href: str, rel: str, method: str = "GET") -> dict[str, str]:
    return {"href": href, "rel": rel, "method": method}
