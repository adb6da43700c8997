"""The calls of Stripe's API that this connector makes, and why each; the transport carries no other (R2.2-c).

A row's name is the HTTP verb and path (contracts/payments.md §1.4). All need the account's secret key. Every
write carries an idempotency key made of our own id, so a repetition within a day has no second effect; `once`
marks the calls whose silence is nevertheless an outcome that must be looked up, because money moves by them.
"""

from __future__ import annotations

from typing import Final

from connectors.outside import Method, Retry

_KEY: Final = "secret key"


def _row(name: str, purpose: str, why: str, retry: Retry = Retry.SAFE) -> Method:
    return Method(name=name, purpose=purpose, why=why, scope=_KEY, retry=retry)


CREATE_CUSTOMER: Final = _row(
    "POST /v1/customers",
    "one customer per portal, made at its first payment",
    "a card can only be saved to a customer, and the customer's own page needs one",
)
CREATE_SESSION: Final = _row(
    "POST /v1/checkout/sessions",
    "open Stripe's page for a top-up, a scheduled top-up or a card to save",
    "card data never touches our servers, and Stripe asks for 3-D Secure and local methods by itself; our "
    "own form with PaymentIntents would need both",
)
READ_SESSION: Final = _row(
    "GET /v1/checkout/sessions/{id}",
    "learn what became of a payment page, with its payment, charge and fee",
    "the return page proves nothing, and a webhook shows the object of a moment that may be over",
)
EXPIRE_SESSION: Final = _row(
    "POST /v1/checkout/sessions/{id}/expire",
    "close a page that nobody paid",
    "an old page must not be paid beside a new one",
)
CHARGE: Final = _row(
    "POST /v1/payment_intents",
    "charge the saved card for an auto-recharge while nobody is there",
    "the only call that charges off-session; an invoice would bring its own retries beside ours",
    Retry.ONCE,
)
READ_PAYMENT: Final = _row(
    "GET /v1/payment_intents/{id}",
    "read a payment with its charge and fee before booking it",
    "the same, whatever event told of it",
)
LIST_PAYMENTS: Final = _row(
    "GET /v1/payment_intents",
    "after a silence, find what became of a charge by our own id",
    "the search API lags behind by up to a minute; the list of one customer does not",
)
READ_CHARGE: Final = _row(
    "GET /v1/charges/{id}",
    "find the payment behind an event that names only a charge",
    "old and legacy events carry no payment",
)
CREATE_REFUND: Final = _row(
    "POST /v1/refunds",
    "give money back, whole or in part",
    "the balance returns to the card that paid; nothing else in the API does that",
    Retry.ONCE,
)
READ_REFUND: Final = _row(
    "GET /v1/refunds/{id}",
    "read a refund before booking it",
    "it can fail days after it succeeded",
)
LIST_REFUNDS: Final = _row(
    "GET /v1/refunds",
    "find all refunds of a payment, and one of ours after a silence",
    "an idempotency key is forgotten after a day; our id in the metadata is not",
)
READ_DISPUTE: Final = _row(
    "GET /v1/disputes/{id}",
    "read a dispute with what was withdrawn and given back",
    "its balance transactions alone say which money moved, and with what fee",
)
READ_INVOICE: Final = _row(
    "GET /v1/invoices/{id}",
    "read a period of a scheduled top-up before booking it",
    "the period's amount, tax and subscription stand only here",
)
LIST_INVOICE_PAYMENTS: Final = _row(
    "GET /v1/invoice_payments",
    "connect a period of a scheduled top-up with its payment, in both directions",
    "since 2025 neither object names the other, and a refund or dispute names only the payment",
)
READ_SUBSCRIPTION: Final = _row(
    "GET /v1/subscriptions/{id}",
    "read the state of a scheduled top-up",
    "events about it arrive in any order",
)
CHANGE_SUBSCRIPTION: Final = _row(
    "POST /v1/subscriptions/{id}",
    "let a scheduled top-up end with its period",
    "ending at once is another call",
)
CANCEL_SUBSCRIPTION: Final = _row(
    "DELETE /v1/subscriptions/{id}",
    "end a scheduled top-up at once",
    "the portal left or closed its account",
)
PAUSE_SUBSCRIPTION: Final = _row(
    "POST /v1/subscriptions/{id}/pause",
    "stop the payments of a scheduled top-up without ending it",
    "`pause_collection` would go on writing invoices that nobody pays",
)
RESUME_SUBSCRIPTION: Final = _row(
    "POST /v1/subscriptions/{id}/resume",
    "let a paused scheduled top-up go on",
    "the counterpart of pause",
)
READ_METHOD: Final = _row(
    "GET /v1/payment_methods/{id}",
    "show brand, last four digits and expiry of the saved card, and whether it is still attached",
    "a customer removes it on Stripe's page, where we see nothing",
)
READ_SETUP: Final = _row(
    "GET /v1/setup_intents/{id}",
    "find the card that was saved without a payment",
    "its event names the card only where the account's version does",
)
OPEN_PORTAL: Final = _row(
    "POST /v1/billing_portal/sessions",
    "open Stripe's page for the customer's cards and receipts",
    "card data never touches our servers",
)
LIST_PORTAL_CONFIGURATIONS: Final = _row(
    "GET /v1/billing_portal/configurations",
    "find our configuration of that page",
    "the account's default may let customers change plans, which are ours to change",
)
CREATE_PORTAL_CONFIGURATION: Final = _row(
    "POST /v1/billing_portal/configurations",
    "make our configuration of that page, once",
    "cards, receipts and cancelling only",
)
LIST_EVENTS: Final = _row(
    "GET /v1/events",
    "the reconciler: which objects changed since it last looked, whatever webhooks were lost",
    "one list over all kinds for 30 days; a list per kind would miss what changed late (a failed refund)",
)

METHODS: Final[dict[str, Method]] = {
    row.name: row for row in list(globals().values()) if isinstance(row, Method)
}
