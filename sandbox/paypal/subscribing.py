"""Products, plans, subscriptions and their payments at the simulated PayPal (contract §2.6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from sandbox.paypal.orders import fee_of
from sandbox.paypal.party import PayPalSandbox, new_id
from sandbox.paypal.refusal import Refusal, not_found, unprocessable
from sandbox.paypal.state import Named, Plan, Sale, Subscription
from sandbox.paypal.taking import NewPlan, NewProduct, NewSubscription, amount_of, written

_DAYS = {"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}


def create_product(paypal: PayPalSandbox, wanted: NewProduct, request_id: str | None) -> tuple[int, Named]:
    """A new product, or the one that this request made."""
    known = paypal.replayed("product", request_id)
    if known is not None:
        return 200, paypal.state.products[known]
    made = Named(id=f"PROD-{new_id()}", name=wanted.name, created=paypal.now_text())
    paypal.state.products[made.id] = made
    paypal.remember("product", request_id, made.id)
    return 201, made


def create_plan(paypal: PayPalSandbox, wanted: NewPlan, request_id: str | None) -> tuple[int, Plan]:
    """A new plan: at most two trials and one regular cycle, in order."""
    known = paypal.replayed("plan", request_id)
    if known is not None:
        return 200, paypal.state.plans[known]
    if wanted.product_id not in paypal.state.products:
        raise not_found("product")
    regular = [cycle for cycle in wanted.billing_cycles if cycle.tenure_type == "REGULAR"]
    trials = [cycle for cycle in wanted.billing_cycles if cycle.tenure_type == "TRIAL"]
    if len(regular) != 1 or len(trials) > 2:
        raise unprocessable("INVALID_BILLING_CYCLE_SEQUENCE", "at most two trials and one regular cycle")
    price = regular[0].pricing_scheme.fixed_price if regular[0].pricing_scheme else None
    if price is None:
        raise Refusal(400, "MISSING_REQUIRED_PARAMETER", "no price", field="/billing_cycles/pricing_scheme")
    value = amount_of(price, "/billing_cycles/pricing_scheme/fixed_price")
    made = Plan(
        id=f"P-{new_id(24)}",
        product_id=wanted.product_id,
        name=wanted.name,
        value=written(value, price.currency_code),
        currency=price.currency_code,
        unit=regular[0].frequency.interval_unit,
        count=regular[0].frequency.interval_count,
        threshold=wanted.payment_preferences.payment_failure_threshold,
        created=paypal.now_text(),
        status=wanted.status,
    )
    paypal.state.plans[made.id] = made
    paypal.remember("plan", request_id, made.id)
    return 201, made


def subscribe(
    paypal: PayPalSandbox, wanted: NewSubscription, request_id: str | None
) -> tuple[int, Subscription]:
    """A subscription that waits for its payer."""
    known = paypal.replayed("subscription", request_id)
    if known is not None:
        return 200, paypal.state.subscriptions[known]
    plan = paypal.state.plans.get(wanted.plan_id)
    if plan is None:
        raise not_found("plan")
    if plan.status != "ACTIVE":
        raise unprocessable("PLAN_STATUS_INVALID", "the plan is not active")
    context = wanted.application_context
    made = Subscription(
        id=f"I-{new_id(12)}",
        plan_id=plan.id,
        status="APPROVAL_PENDING",
        created=paypal.now_text(),
        token=f"BA-{new_id()}",
        return_url=context.return_url if context else "",
        cancel_url=context.cancel_url if context else "",
        brand=(context.brand_name if context else None) or "",
        locale=(context.locale if context else None) or "es",
        custom_id=wanted.custom_id,
    )
    paypal.state.subscriptions[made.id] = made
    paypal.remember("subscription", request_id, made.id)
    _tell(paypal, made, "CREATED")
    return 201, made


def find(paypal: PayPalSandbox, subscription_id: str) -> Subscription:
    """A subscription by its id."""
    found = paypal.state.subscriptions.get(subscription_id)
    if found is None:
        raise not_found("subscription")
    return found


def agree(paypal: PayPalSandbox, subscription: Subscription) -> None:
    """The payer agrees: active, and the first payment. Its event may come before ACTIVATED (§2.8)."""
    if subscription.status != "APPROVAL_PENDING":
        return
    subscription.status = "ACTIVE"
    bill(paypal, subscription)
    _tell(paypal, subscription, "ACTIVATED")


def bill(paypal: PayPalSandbox, subscription: Subscription) -> Sale:
    """A period's payment succeeds."""
    plan = paypal.state.plans[subscription.plan_id]
    sale = Sale(
        id=new_id(),
        subscription_id=subscription.id,
        value=plan.value,
        currency=plan.currency,
        fee=fee_of(Decimal(plan.value), plan.currency),
        created=paypal.now_text(),
        custom=subscription.custom_id,
    )
    paypal.state.sales[sale.id] = sale
    subscription.sales.append(sale.id)
    subscription.failed = 0
    began = (
        datetime.fromisoformat(subscription.next_billing) if subscription.next_billing else paypal.clock.now()
    )
    following = began + timedelta(days=_DAYS[plan.unit] * plan.count)
    subscription.next_billing = following.strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = paypal.answers.sale(paypal.state, sale)
    paypal.sending.tell("PAYMENT.SALE.COMPLETED", "sale", shown, "Payment completed")
    if paypal.state.knobs.double_sales:
        again = {**shown, "invoice_number": str(uuid4())}
        paypal.sending.tell("PAYMENT.SALE.COMPLETED", "sale", again, "Payment completed")
    return sale


def fail(paypal: PayPalSandbox, subscription: Subscription) -> None:
    """A period's payment fails for good; at the plan's threshold the subscription is suspended."""
    plan = paypal.state.plans[subscription.plan_id]
    subscription.failed += 1
    _tell(paypal, subscription, "PAYMENT.FAILED")
    if plan.threshold and subscription.failed >= plan.threshold:
        subscription.status = "SUSPENDED"
        _tell(paypal, subscription, "SUSPENDED")


def cancel(paypal: PayPalSandbox, subscription: Subscription) -> None:
    """End it: from active or suspended only (§2.6)."""
    _require(subscription, "ACTIVE", "SUSPENDED")
    subscription.status = "CANCELLED"
    _tell(paypal, subscription, "CANCELLED")


def suspend(paypal: PayPalSandbox, subscription: Subscription) -> None:
    """Pause it: from active only."""
    _require(subscription, "ACTIVE")
    subscription.status = "SUSPENDED"
    _tell(paypal, subscription, "SUSPENDED")


def activate(paypal: PayPalSandbox, subscription: Subscription) -> None:
    """Let it go on: from suspended only."""
    _require(subscription, "SUSPENDED")
    subscription.status, subscription.failed = "ACTIVE", 0
    _tell(paypal, subscription, "RE-ACTIVATED")


def _require(subscription: Subscription, *statuses: str) -> None:
    if subscription.status not in statuses:
        raise unprocessable(
            "SUBSCRIPTION_STATUS_INVALID",
            f"Invalid subscription status: {subscription.status} is not {' or '.join(statuses)}",
        )


def _tell(paypal: PayPalSandbox, subscription: Subscription, what: str) -> None:
    shown = paypal.answers.subscription(paypal.state, subscription)
    paypal.sending.tell(f"BILLING.SUBSCRIPTION.{what}", "subscription", shown, f"Subscription {what.lower()}")
