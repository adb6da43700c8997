"""Payment pages: opened by our side, paid, left or forgotten by a person (§1.4)."""

from __future__ import annotations

from sandbox.stripe import shapes
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.scheduled import begin as begin_subscription
from sandbox.stripe.state import Card, Json

_LEAST = {"usd": 50, "eur": 50, "brl": 50, "gbp": 30, "mxn": 1_000, "clp": 500, "pyg": 4_000, "jpy": 50}
_HUNDREDS = frozenset({"ugx", "isk"})


def check_amount(amount: int, currency: str) -> None:
    """Raises Refusal 400 as Stripe does for too small and for fractions of whole currencies (§4.1)."""
    if amount < _LEAST.get(currency.lower(), 1):
        message = f"The amount must be at least the minimum of {currency}"
        raise Refusal(400, message, code="amount_too_small", param="amount")
    if currency.lower() in _HUNDREDS and amount % 100:
        message = f"{currency} takes whole units, written in hundreds"
        raise Refusal(400, message, code="invalid_charge_amount_no_decimal_compatible", param="amount")


def open_page(stripe: StripeSandbox, params: Json) -> Json:
    """A new page. Raises Refusal for what Stripe would refuse beyond the types."""
    mode = params.get("mode", "payment")
    if mode not in ("payment", "setup", "subscription"):
        raise Refusal(400, f"Invalid mode: {mode}", code="parameter_invalid", param="mode")
    now = stripe.now()
    expires_at = params.get("expires_at", now + 86_400)
    if not now + 1_790 <= expires_at <= now + 86_410:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise Refusal(400, message, param="expires_at")
    if not params.get("success_url"):
        raise Refusal(400, "Missing success_url", code="parameter_missing", param="success_url")
    if params.get("customer"):
        stripe.get("customer", params["customer"], "customer")
    lines = [] if mode == "setup" else _lines(params, mode)
    session = shapes.session({**params, "mode": mode}, stripe.base_url, now)
    if lines:
        total = sum(line["amount"] * line["quantity"] for line in lines)
        check_amount(total, lines[0]["currency"])
        session.update(currency=lines[0]["currency"], amount_subtotal=total, amount_total=total)
        session["total_details"] = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
    stripe.state.lines[session["id"]] = lines
    stripe.keep(session)
    session_data = {
        name: params.get(name, {})
        for name in ("payment_intent_data", "subscription_data", "setup_intent_data")
    }
    stripe.keep({"id": f"{session['id']}:data", "object": "sandbox.page", **session_data})
    return session


def expire(stripe: StripeSandbox, session_id: str) -> Json:
    """Close an open page. Raises Refusal 400 for one that is not open."""
    session = current(stripe, session_id)
    if session["status"] != "open":
        message = f'Only sessions with a status in ["open"] can be expired; this one is {session["status"]}.'
        raise Refusal(400, message)
    _close(stripe, session)
    return session


def current(stripe: StripeSandbox, session_id: str) -> Json:
    """The page as it is now: time may have closed it."""
    session = stripe.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= stripe.now():
        _close(stripe, session)
    return session


def pay(stripe: StripeSandbox, session_id: str, card: Card, *, authenticated: bool = False) -> str:
    """A person pays with `card`: `paid`, `declined`, `authenticate` (ask him, then again) or `closed`."""
    session = current(stripe, session_id)
    if session["status"] != "open":
        return "closed"
    if card == "authentication" and not authenticated:
        return "authenticate"
    if session["mode"] == "setup":
        return _save(stripe, session, card)
    if session["mode"] == "subscription":
        return begin_subscription(stripe, session, card)
    return _pay_once(stripe, session, card)


def _pay_once(stripe: StripeSandbox, session: Json, card: Card) -> str:
    data = stripe.get("sandbox.page", f"{session['id']}:data")["payment_intent_data"]
    if session["payment_intent"] is None:
        wanted = {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "customer": session["customer"],
            **data,
        }
        intent = stripe.keep(shapes.payment_intent(wanted, stripe.now()))
        session["payment_intent"] = intent["id"]
        stripe.emit("payment_intent.created", intent)
    intent = stripe.get("payment_intent", session["payment_intent"])
    saved = session["customer"] if intent["setup_future_usage"] else None
    method = stripe.new_method(card, saved)
    if not stripe.attempt(intent, method, authenticated=True):
        return "declined"
    session.update(status="complete", payment_status="paid", url=None)
    stripe.emit("checkout.session.completed", session)
    return "paid"


def _save(stripe: StripeSandbox, session: Json, card: Card) -> str:
    data = stripe.get("sandbox.page", f"{session['id']}:data")["setup_intent_data"]
    setup = stripe.keep(shapes.setup_intent(data, session["customer"], stripe.now()))
    method = stripe.new_method(card, session["customer"])
    setup.update(status="succeeded", payment_method=method["id"])
    session.update(status="complete", setup_intent=setup["id"], url=None)
    stripe.emit("setup_intent.succeeded", setup)
    stripe.emit("checkout.session.completed", session)
    return "paid"


def _close(stripe: StripeSandbox, session: Json) -> None:
    session.update(status="expired", url=None)
    stripe.emit("checkout.session.expired", session)


def _lines(params: Json, mode: str) -> list[Json]:
    lines: list[Json] = []
    for number, line in enumerate(params.get("line_items", [])):
        data = line.get("price_data")
        if data is None or "unit_amount" not in data:
            where = f"line_items[{number}][price_data][unit_amount]"
            raise Refusal(400, f"Missing required param: {where}.", code="parameter_missing", param=where)
        if (mode == "subscription") is not ("recurring" in data):
            message = "You specified `payment` mode but passed a recurring price, or the other way round."
            raise Refusal(400, message, param="line_items")
        lines.append(
            {
                "name": data.get("product_data", {}).get("name", ""),
                "amount": data["unit_amount"],
                "quantity": line.get("quantity", 1),
                "currency": data["currency"].lower(),
                "recurring": data.get("recurring"),
            }
        )
    if not lines or len({line["currency"] for line in lines}) != 1:
        raise Refusal(400, "line_items must be given, in one currency", param="line_items")
    return lines
