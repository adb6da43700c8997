"""Which requests the simulated API understands: verb, path, the SDK's own parameters, what it does (§1.4).

Everything else is answered 404, so that a call that nobody simulated is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from stripe import params as p
from stripe.params import billing_portal, checkout

from sandbox.stripe import aftermath, scheduled, shapes
from sandbox.stripe import checkout as pages
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.state import Json

Act = Callable[[StripeSandbox, str, Json], Json]
_LARGEST_PAGE = 100
_DEEPEST = 4


class Call(NamedTuple):
    """One endpoint."""

    verb: str
    path: re.Pattern[str]
    shape: type[Any]
    act: Act


def find(verb: str, path: str) -> tuple[Call, str] | None:
    """The endpoint of a request and the id in its path."""
    for call in CALLS:
        if call.verb == verb and (matched := call.path.fullmatch(path)):
            return call, matched.groupdict().get("id") or ""
    return None


def expanded(stripe: StripeSandbox, found: Json, paths: list[str]) -> Json:
    """`found` with the ids on these paths replaced by their objects. Raises Refusal 400."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST:
            message = f"You cannot expand more than {_DEEPEST} levels of a property. Property: {path}"
            raise Refusal(400, message, code="property_expansion_max_depth", param="expand")
        found = _expand(stripe, found, parts)
    return found


def _expand(stripe: StripeSandbox, found: Json, parts: list[str]) -> Json:
    name, rest = parts[0], parts[1:]
    if name == "data" and isinstance(found.get("data"), list):
        return {**found, "data": [_expand(stripe, item, rest) for item in found["data"]]}
    if name not in found:
        raise Refusal(400, f"This property cannot be expanded ({name}).", param="expand")
    inner = found[name]
    if isinstance(inner, str):
        inner = stripe.state.objects.get(inner, inner)
    if isinstance(inner, dict) and rest:
        inner = _expand(stripe, inner, rest)
    return {**found, name: inner}


def _read(kind: str) -> Act:
    return lambda stripe, object_id, _params: stripe.get(kind, object_id)


def _list(kind: str, url: str, *by: str) -> Act:
    def act(stripe: StripeSandbox, _object_id: str, params: Json) -> Json:
        found = [one for one in stripe.all(kind) if all(_fits(one, name, params) for name in by)]
        since = params.get("created")
        if isinstance(since, dict):
            found = [one for one in found if one["created"] >= since.get("gte", 0)]
        ids = [one["id"] for one in found]
        begin = params.get("starting_after")
        if begin is not None:
            if begin not in ids:
                raise Refusal(
                    400, f"No such {kind}: '{begin}'", code="resource_missing", param="starting_after"
                )
            found = found[ids.index(begin) + 1 :]
        limit = min(max(params.get("limit", 10), 1), _LARGEST_PAGE)
        return shapes.listed(found[:limit], url, more=len(found) > limit)

    return act


def _fits(found: Json, name: str, params: Json) -> bool:
    if name not in params:
        return True
    if name == "payment":
        return bool(found["payment"]["payment_intent"] == params["payment"].get("payment_intent"))
    return bool(found.get(name) == params[name])


def _customer(stripe: StripeSandbox, _object_id: str, params: Json) -> Json:
    made = stripe.keep(shapes.customer(params, stripe.now()))
    stripe.emit("customer.created", made)
    return made


def _portal(stripe: StripeSandbox, _object_id: str, params: Json) -> Json:
    stripe.get("customer", params["customer"], "customer")
    object_id = shapes.new_id("bps")
    return stripe.keep(
        {
            "id": object_id,
            "object": "billing_portal.session",
            "created": stripe.now(),
            "livemode": False,
            "configuration": params.get("configuration"),
            "customer": params["customer"],
            "locale": params.get("locale"),
            "return_url": params.get("return_url"),
            "url": f"{stripe.base_url}/portal/{object_id}",
        }
    )


def _configure(stripe: StripeSandbox, _object_id: str, params: Json) -> Json:
    return stripe.keep(
        {
            "id": shapes.new_id("bpc"),
            "object": "billing_portal.configuration",
            "active": True,
            "created": stripe.now(),
            "features": params["features"],
            "livemode": False,
            "metadata": params.get("metadata", {}),
        }
    )


def _call(verb: str, path: str, shape: type[Any], act: Act) -> Call:
    return Call(verb, re.compile("/v1/" + path.replace("{id}", r"(?P<id>[^/]+)")), shape, act)


_SESSIONS, _SUBS = "checkout/sessions", "subscriptions"
CALLS = (
    _call("POST", "customers", p.CustomerCreateParams, _customer),
    _call("POST", _SESSIONS, checkout.SessionCreateParams, lambda s, _i, q: pages.open_page(s, q)),
    _call("GET", f"{_SESSIONS}/{{id}}", checkout.SessionRetrieveParams, lambda s, i, _q: pages.current(s, i)),
    _call(
        "POST",
        f"{_SESSIONS}/{{id}}/expire",
        checkout.SessionExpireParams,
        lambda s, i, _q: pages.expire(s, i),
    ),
    _call(
        "POST", "payment_intents", p.PaymentIntentCreateParams, lambda s, _i, q: aftermath.charge_saved(s, q)
    ),
    _call("GET", "payment_intents/{id}", p.PaymentIntentRetrieveParams, _read("payment_intent")),
    _call(
        "GET",
        "payment_intents",
        p.PaymentIntentListParams,
        _list("payment_intent", "/v1/payment_intents", "customer"),
    ),
    _call("GET", "charges/{id}", p.ChargeRetrieveParams, _read("charge")),
    _call("POST", "refunds", p.RefundCreateParams, lambda s, _i, q: aftermath.refund(s, q)),
    _call("GET", "refunds/{id}", p.RefundRetrieveParams, _read("refund")),
    _call("GET", "refunds", p.RefundListParams, _list("refund", "/v1/refunds", "charge", "payment_intent")),
    _call("GET", "disputes/{id}", p.DisputeRetrieveParams, _read("dispute")),
    _call("GET", "invoices/{id}", p.InvoiceRetrieveParams, _read("invoice")),
    _call(
        "GET",
        "invoice_payments",
        p.InvoicePaymentListParams,
        _list("invoice_payment", "/v1/invoice_payments", "invoice", "payment"),
    ),
    _call("GET", f"{_SUBS}/{{id}}", p.SubscriptionRetrieveParams, _read("subscription")),
    _call("POST", f"{_SUBS}/{{id}}", p.SubscriptionUpdateParams, scheduled.change),
    _call("DELETE", f"{_SUBS}/{{id}}", p.SubscriptionCancelParams, lambda s, i, _q: scheduled.end(s, i)),
    _call("POST", f"{_SUBS}/{{id}}/pause", p.SubscriptionPauseParams, lambda s, i, _q: scheduled.pause(s, i)),
    _call(
        "POST", f"{_SUBS}/{{id}}/resume", p.SubscriptionResumeParams, lambda s, i, _q: scheduled.resume(s, i)
    ),
    _call("GET", "payment_methods/{id}", p.PaymentMethodRetrieveParams, _read("payment_method")),
    _call("GET", "setup_intents/{id}", p.SetupIntentRetrieveParams, _read("setup_intent")),
    _call("POST", "billing_portal/sessions", billing_portal.SessionCreateParams, _portal),
    _call("POST", "billing_portal/configurations", billing_portal.ConfigurationCreateParams, _configure),
    _call(
        "GET",
        "billing_portal/configurations",
        billing_portal.ConfigurationListParams,
        _list("billing_portal.configuration", "/v1/billing_portal/configurations", "active"),
    ),
    _call("GET", "events", p.EventListParams, _list("event", "/v1/events", "type")),
)
