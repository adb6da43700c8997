"""The methods of PayPal that this connector calls, and why each; the client calls no other (R2.2-c).

A row's name is its HTTP verb and path (contracts/payments.md §2.1 to §2.9), and the client builds the request
from it. All need the access token of the merchant's REST application, except the token's own method and the
certificate.
"""

from __future__ import annotations

from typing import Final

from connectors.outside import Method, Retry

_TOKEN: Final = "access token of the REST application"  # noqa: S105 names the right, holds none
_BASIC: Final = "client id and secret of the REST application"

ASK_TOKEN: Final = Method(
    name="POST /v1/oauth2/token",
    purpose="get the access token of all other calls",
    why="the only grant for a merchant's own server; kept until a minute before it ends, asked once for all",
    scope=_BASIC,
    retry=Retry.SAFE,
)
CREATE_ORDER: Final = Method(
    name="POST /v2/checkout/orders",
    purpose="open a payment page for a top-up",
    why="Orders v2 is the current way (v1 payments are deprecated); PayPal-Request-Id makes a repeated call "
    "give the same order, and nothing is charged before the capture",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
READ_ORDER: Final = Method(
    name="GET /v2/checkout/orders/{order_id}",
    purpose="see whether the payer agreed, whether money came, and what was refunded of it",
    why="one read holds the order, its captures with fees, and its refunds",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
CAPTURE_ORDER: Final = Method(
    name="POST /v2/checkout/orders/{order_id}/capture",
    purpose="take the money of an order that its payer approved",
    why="intent CAPTURE takes it at once; an authorization would hold the customer's money without need",
    scope=_TOKEN,
    retry=Retry.ONCE,
)
READ_CAPTURE: Final = Method(
    name="GET /v2/payments/captures/{capture_id}",
    purpose="find the order of a capture that an event or a dispute names",
    why="disputes name the capture only",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
REFUND_CAPTURE: Final = Method(
    name="POST /v2/payments/captures/{capture_id}/refund",
    purpose="give a top-up back, whole or in part",
    why="PayPal-Request-Id is kept for 45 days and our invoice_id for ever: no refund happens twice",
    scope=_TOKEN,
    retry=Retry.ONCE,
)
READ_REFUND: Final = Method(
    name="GET /v2/payments/refunds/{refund_id}",
    purpose="see whether a refund or reversal succeeded, failed or was cancelled",
    why="an event is only a signal",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
LIST_PRODUCTS: Final = Method(
    name="GET /v1/catalogs/products",
    purpose="find the product that our plans belong to",
    why="a product cannot be deleted, so a second one is never made",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
CREATE_PRODUCT: Final = Method(
    name="POST /v1/catalogs/products",
    purpose="make the product that our plans belong to, once for an account",
    why="a plan needs one",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
LIST_PLANS: Final = Method(
    name="GET /v1/billing/plans",
    purpose="find the plan of an amount, currency and interval",
    why="PayPal remembers a PayPal-Request-Id for 72 hours only; the name of the plan is for ever",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
CREATE_PLAN: Final = Method(
    name="POST /v1/billing/plans",
    purpose="make the plan of an amount, currency and interval, once",
    why="a subscription needs one",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
CREATE_SUBSCRIPTION: Final = Method(
    name="POST /v1/billing/subscriptions",
    purpose="open a page where a customer agrees to a scheduled top-up",
    why="charging a saved method (vault) is not open to merchants of Latin America (§2.7)",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
READ_SUBSCRIPTION: Final = Method(
    name="GET /v1/billing/subscriptions/{subscription_id}",
    purpose="see whether a scheduled top-up is active and when it is due",
    why="events of a subscription arrive in any order",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
CANCEL_SUBSCRIPTION: Final = Method(
    name="POST /v1/billing/subscriptions/{subscription_id}/cancel",
    purpose="end a scheduled top-up",
    why="PayPal has no end at the period's end; what was paid is in the balance already",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
SUSPEND_SUBSCRIPTION: Final = Method(
    name="POST /v1/billing/subscriptions/{subscription_id}/suspend",
    purpose="pause a scheduled top-up",
    why="it can go on without a new agreement",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
ACTIVATE_SUBSCRIPTION: Final = Method(
    name="POST /v1/billing/subscriptions/{subscription_id}/activate",
    purpose="let a paused scheduled top-up go on",
    why="the only way back from suspended",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
LIST_TRANSACTIONS: Final = Method(
    name="GET /v1/billing/subscriptions/{subscription_id}/transactions",
    purpose="find payments of a scheduled top-up whose event was lost",
    why="the only list of a subscription's money",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
READ_SALE: Final = Method(
    name="GET /v1/payments/sale/{sale_id}",
    purpose="read one payment of a scheduled top-up with its fee",
    why="payments of subscriptions are v1 sales (§2.6)",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
REFUND_SALE: Final = Method(
    name="POST /v1/payments/sale/{sale_id}/refund",
    purpose="give a payment of a scheduled top-up back",
    why="the address that PayPal's own events link to; whether v2 takes a sale is unverified",
    scope=_TOKEN,
    retry=Retry.ONCE,
)
READ_SALE_REFUND: Final = Method(
    name="GET /v1/payments/refund/{refund_id}",
    purpose="read a refund or reversal of a payment of a scheduled top-up",
    why="an event is only a signal",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
READ_DISPUTE: Final = Method(
    name="GET /v1/customer/disputes/{dispute_id}",
    purpose="read a dispute: its stage, reason, due date and outcome",
    why="an event is only a signal",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
LIST_EVENTS: Final = Method(
    name="GET /v1/notifications/webhooks-events",
    purpose="find events that never reached us",
    why="the only list over all kinds of objects; what it names is read anew before it counts",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
LIST_WEBHOOKS: Final = Method(
    name="GET /v1/notifications/webhooks",
    purpose="find our webhook and its id",
    why="the id is part of what PayPal signs",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
CREATE_WEBHOOK: Final = Method(
    name="POST /v1/notifications/webhooks",
    purpose="register our webhook",
    why="an address is unique for an application, so a repeated call creates no second one",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
VERIFY_WEBHOOK: Final = Method(
    name="POST /v1/notifications/verify-webhook-signature",
    purpose="let PayPal itself verify an event when its certificate cannot be used",
    why="only a fallback: it costs a call for each event and fails when PayPal is down",
    scope=_TOKEN,
    retry=Retry.SAFE,
)
READ_CERTIFICATE: Final = Method(
    name="GET /v1/notifications/certs/{certificate}",
    purpose="get the certificate that an event was signed with",
    why="kept for a day, so events are verified without asking PayPal",
    scope="none: public",
    retry=Retry.SAFE,
)

METHODS: Final[dict[str, Method]] = {
    method.name: method
    for method in (
        ASK_TOKEN,
        CREATE_ORDER,
        READ_ORDER,
        CAPTURE_ORDER,
        READ_CAPTURE,
        REFUND_CAPTURE,
        READ_REFUND,
        LIST_PRODUCTS,
        CREATE_PRODUCT,
        LIST_PLANS,
        CREATE_PLAN,
        CREATE_SUBSCRIPTION,
        READ_SUBSCRIPTION,
        CANCEL_SUBSCRIPTION,
        SUSPEND_SUBSCRIPTION,
        ACTIVATE_SUBSCRIPTION,
        LIST_TRANSACTIONS,
        READ_SALE,
        REFUND_SALE,
        READ_SALE_REFUND,
        READ_DISPUTE,
        LIST_EVENTS,
        LIST_WEBHOOKS,
        CREATE_WEBHOOK,
        VERIFY_WEBHOOK,
        READ_CERTIFICATE,
    )
}
