"""PayPal's HTTP face as our side calls it: `PAYPAL_URL` is `{base}/paypal` (contract §2)."""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast

from litestar import Controller, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ExceptionHandlersMap

from sandbox.faults import faulty_calls
from sandbox.paypal import orders, subscribing
from sandbox.paypal.notifications import Notifications
from sandbox.paypal.pages import PayerPages
from sandbox.paypal.party import PayPalSandbox, new_id
from sandbox.paypal.refusal import Refusal, not_found, read
from sandbox.paypal.taking import (
    NewOrder,
    NewPlan,
    NewProduct,
    NewRefund,
    NewSaleRefund,
    NewSubscription,
    Reason,
)
from sandbox.reading import AnyRequest

PayPalParty = NamedDependency[PayPalSandbox]


def paypal_router(paypal: PayPalSandbox) -> Router:
    """All routes of the simulated PayPal, behind its faults."""
    return Router(
        path="/paypal",
        route_handlers=[Tokens, Checkout, Payments, Billing, Sales, Cases, Notifications, PayerPages],
        dependencies={"paypal": Provide(lambda: paypal, sync_to_thread=False)},
        middleware=[faulty_calls(paypal.faults, "paypal")],
        exception_handlers=cast("ExceptionHandlersMap", {Refusal: _refused(paypal)}),
        include_in_schema=False,
    )


class Tokens(Controller):
    """OAuth (§2.1)."""

    @post("/v1/oauth2/token", status_code=200)
    async def token(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """A new token for the application's credentials."""
        if (await request.body()) != b"grant_type=client_credentials":
            raise Refusal(400, "unsupported_grant_type", "client_credentials only")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(given, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            pair = ""
        if scheme != "Basic" or pair != f"{paypal.client_id}:{paypal.client_secret}":
            raise Refusal(401, "invalid_client", "Client Authentication failed")
        return paypal.new_token()


class Checkout(Controller):
    """Orders v2 (§2.4)."""

    path = "/v2/checkout/orders"

    @post()
    async def create(self, request: AnyRequest, paypal: PayPalParty) -> Response[Any]:
        """A new order: 201; a repeated PayPal-Request-Id: 200 with the same one as it is now."""
        request_id = permitted(request, paypal)
        wanted = read(await request.body(), NewOrder)
        status, order = orders.create(paypal, wanted, request_id)
        return Response(paypal.answers.order(paypal.state, order), status_code=status)

    @get("/{order_id:str}")
    async def show(self, order_id: FromPath[str], request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """An order."""
        permitted(request, paypal)
        return paypal.answers.order(paypal.state, orders.find(paypal, order_id))

    @post("/{order_id:str}/capture")
    async def capture(
        self, order_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> Response[Any]:
        """Take the money of an approved order."""
        request_id = permitted(request, paypal)
        status, order = orders.capture(paypal, orders.find(paypal, order_id), request_id)
        return Response(paypal.answers.order(paypal.state, order), status_code=status)


class Payments(Controller):
    """Payments v2 (§2.5)."""

    path = "/v2/payments"

    @get("/captures/{capture_id:str}")
    async def capture(
        self, capture_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A capture."""
        permitted(request, paypal)
        found = paypal.state.captures.get(capture_id)
        if found is None:
            raise not_found("capture")
        return paypal.answers.capture(paypal.state, found)

    @post("/captures/{capture_id:str}/refund")
    async def refund(
        self, capture_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> Response[Any]:
        """Give a capture back."""
        request_id = permitted(request, paypal)
        wanted = read(await request.body(), NewRefund)
        status, made = orders.refund(paypal, capture_id, wanted, request_id)
        return Response(paypal.answers.refund(paypal.state, made), status_code=status)

    @get("/refunds/{refund_id:str}")
    async def show_refund(
        self, refund_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A refund or reversal of a capture."""
        permitted(request, paypal)
        found = paypal.state.refunds.get(refund_id)
        if found is None or found.of not in paypal.state.captures:
            raise not_found("refund")
        return paypal.answers.refund(paypal.state, found)


class Billing(Controller):
    """Products, plans and subscriptions (§2.6)."""

    path = "/v1"

    @get("/catalogs/products")
    async def products(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """All products, in pages."""
        permitted(request, paypal)
        shown = [{"id": one.id, "name": one.name} for one in paypal.state.products.values()]
        return {"products": _page(request, shown), "links": []}

    @post("/catalogs/products")
    async def create_product(self, request: AnyRequest, paypal: PayPalParty) -> Response[Any]:
        """A new product."""
        request_id = permitted(request, paypal)
        wanted = read(await request.body(), NewProduct)
        status, made = subscribing.create_product(paypal, wanted, request_id)
        return Response({"id": made.id, "name": made.name, "create_time": made.created}, status_code=status)

    @get("/billing/plans")
    async def plans(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """The plans of a product, in pages."""
        permitted(request, paypal)
        product_id = request.query_params.get("product_id")
        found = [one for one in paypal.state.plans.values() if product_id in (None, one.product_id)]
        return {"plans": _page(request, [paypal.answers.plan(one) for one in found]), "links": []}

    @post("/billing/plans")
    async def create_plan(self, request: AnyRequest, paypal: PayPalParty) -> Response[Any]:
        """A new plan."""
        request_id = permitted(request, paypal)
        status, made = subscribing.create_plan(paypal, read(await request.body(), NewPlan), request_id)
        return Response(paypal.answers.plan(made), status_code=status)

    @post("/billing/subscriptions")
    async def subscribe(self, request: AnyRequest, paypal: PayPalParty) -> Response[Any]:
        """A new subscription."""
        request_id = permitted(request, paypal)
        wanted = read(await request.body(), NewSubscription)
        status, made = subscribing.subscribe(paypal, wanted, request_id)
        return Response(paypal.answers.subscription(paypal.state, made), status_code=status)

    @get("/billing/subscriptions/{subscription_id:str}")
    async def show(
        self, subscription_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A subscription."""
        permitted(request, paypal)
        return paypal.answers.subscription(paypal.state, subscribing.find(paypal, subscription_id))

    @post("/billing/subscriptions/{subscription_id:str}/{what:str}", status_code=204)
    async def change(
        self, subscription_id: FromPath[str], what: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> None:
        """Cancel, suspend or activate: 204, empty."""
        permitted(request, paypal)
        acts = {
            "cancel": subscribing.cancel,
            "suspend": subscribing.suspend,
            "activate": subscribing.activate,
        }
        if what not in acts:
            raise not_found("action")
        if what != "activate":
            read(await request.body(), Reason)
        acts[what](paypal, subscribing.find(paypal, subscription_id))

    @get("/billing/subscriptions/{subscription_id:str}/transactions")
    async def transactions(
        self, subscription_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """The payments of a subscription between two instants."""
        permitted(request, paypal)
        start, end = (request.query_params.get(name) for name in ("start_time", "end_time"))
        if not start or not end:
            raise Refusal(400, "MISSING_REQUIRED_PARAMETER", "start_time and end_time are needed")
        subscription = subscribing.find(paypal, subscription_id)
        sales = (paypal.state.sales[sale_id] for sale_id in subscription.sales)
        return {
            "transactions": [
                {"id": sale.id, "status": "COMPLETED", "time": sale.created}
                for sale in sales
                if start[:19] <= sale.created[:19] <= end[:19]
            ]
        }


class Sales(Controller):
    """Payments of subscriptions, v1."""

    path = "/v1/payments"

    @get("/sale/{sale_id:str}")
    async def show(self, sale_id: FromPath[str], request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """A sale."""
        permitted(request, paypal)
        found = paypal.state.sales.get(sale_id)
        if found is None:
            raise not_found("sale")
        return paypal.answers.sale(paypal.state, found)

    @post("/sale/{sale_id:str}/refund")
    async def refund(self, sale_id: FromPath[str], request: AnyRequest, paypal: PayPalParty) -> Response[Any]:
        """Give a sale back."""
        request_id = permitted(request, paypal)
        wanted = read(await request.body(), NewSaleRefund)
        status, made = orders.refund_sale(paypal, sale_id, wanted, request_id)
        return Response(paypal.answers.sale_refund(made, negative=False), status_code=status)

    @get("/refund/{refund_id:str}")
    async def show_refund(
        self, refund_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A refund or reversal of a sale."""
        permitted(request, paypal)
        found = paypal.state.refunds.get(refund_id)
        if found is None or found.of not in paypal.state.sales:
            raise not_found("refund")
        return paypal.answers.sale_refund(found, negative=False)


class Cases(Controller):
    """Disputes (§2.8)."""

    @get("/v1/customer/disputes/{dispute_id:str}")
    async def show(
        self, dispute_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A dispute."""
        permitted(request, paypal)
        found = paypal.state.disputes.get(dispute_id)
        if found is None:
            raise not_found("dispute")
        return paypal.answers.dispute(found)


def permitted(request: AnyRequest, paypal: PayPalSandbox) -> str | None:
    """Refuse a call without a good token or with a wrong body type; returns its PayPal-Request-Id."""
    if not paypal.accepts(request.headers.get("authorization")):
        raise Refusal(401, "invalid_token", "Token signature verification failed")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and content_type != "application/json":
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json")
    request_id = request.headers.get("paypal-request-id")
    if request_id is not None and not 1 <= len(request_id) <= 108:
        raise Refusal(400, "INVALID_STRING_LENGTH", "PayPal-Request-Id: 1 to 108 characters")
    return request_id


def _page(request: AnyRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    size = int(request.query_params.get("page_size", "10"))
    if not 1 <= size <= 20:
        raise Refusal(400, "INVALID_PARAMETER_VALUE", "page_size: 1 to 20")
    first = (int(request.query_params.get("page", "1")) - 1) * size
    return rows[first : first + size]


def _refused(paypal: PayPalSandbox) -> Any:
    """Answer in PayPal's words and remember what a correct caller would not have sent."""

    def handler(request: AnyRequest, refusal: Refusal) -> Response[Any]:
        debug_id = new_id(13).lower()
        if refusal.status in (400, 415):
            operation = f"{request.method} {request.url.path.removeprefix('/paypal')}"
            paypal.complain(operation, refusal.status, f"{refusal} {refusal.field or ''}".strip())
        return Response(
            refusal.body(debug_id), status_code=refusal.status, headers={"PayPal-Debug-Id": debug_id}
        )

    return handler
