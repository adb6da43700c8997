"""The payer's pages: where a person in the demo pays, is declined, cancels or closes the tab (§2.4, §2.6)."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from sandbox.paypal import orders, subscribing
from sandbox.paypal.party import PayPalSandbox
from sandbox.paypal.refusal import Refusal
from sandbox.paypal.state import Order, Subscription
from sandbox.reading import AnyRequest

PayPalParty = NamedDependency[PayPalSandbox]
_PAYER_ID = "QYR5Z8XDVJNXQ"
_TEXTS = {
    "es": {
        "ok": "Pagar",
        "declined": "Pagar con una tarjeta que será rechazada",
        "pending": "Pagar con cheque electrónico: queda pendiente",
        "refused": "Pagar de modo que PayPal lo rechace",
        "agree": "Aceptar y pagar cada período",
        "cancel": "Cancelar y volver",
        "done": "Esta orden ya fue atendida.",
        "simulated": "simulado",
        "close": "Cerrar la pestaña no paga ni cancela.",
    },
    "en": {
        "ok": "Pay",
        "declined": "Pay with a card that will be declined",
        "pending": "Pay by e-check: it stays pending",
        "refused": "Pay in a way that PayPal refuses",
        "agree": "Agree and pay every period",
        "cancel": "Cancel and return",
        "done": "This order was dealt with already.",
        "simulated": "simulated",
        "close": "Closing the tab neither pays nor cancels.",
    },
    "pt": {
        "ok": "Pagar",
        "declined": "Pagar com um cartão que será recusado",
        "pending": "Pagar com cheque eletrônico: fica pendente",
        "refused": "Pagar de um modo que o PayPal recusa",
        "agree": "Aceitar e pagar a cada período",
        "cancel": "Cancelar e voltar",
        "done": "Este pedido já foi atendido.",
        "simulated": "simulado",
        "close": "Fechar a aba não paga nem cancela.",
    },
}
_WAYS = ("ok", "declined", "pending", "refused")
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>PayPal ({simulated})</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem;
  color: #1c2833 }}
h1 {{ font-size: 1.25rem }} .amount {{ font-size: 2rem; margin: .5rem 0 }}
button {{ display: block; width: 100%; margin: .5rem 0; padding: .75rem; border: 1px solid #8891a0;
  border-radius: .5rem; background: #fff; color: inherit; font: inherit; cursor: pointer }}
button.first {{ background: #0b5fad; color: #fff; border-color: #0b5fad }}
button:focus-visible {{ outline: 3px solid #f5a623 }} small {{ color: #566573 }}
</style></head><body><main><h1>PayPal <small>({simulated})</small></h1>
<p>{brand}</p><p class="amount">{amount}</p><p>{what}</p>
<form method="post">{buttons}</form>
<p><small>{close}</small></p>
</main></body></html>"""


class PayerPages(Controller):
    """Pages outside the API: a browser opens them."""

    @get("/checkoutnow", media_type="text/html")
    async def checkout(self, request: AnyRequest, paypal: PayPalParty) -> Response[str]:
        """The page of an order."""
        order = _order(request, paypal)
        amount, what = order.units[0]["amount"], order.units[0].get("description", "")
        if order.status not in ("CREATED", "PAYER_ACTION_REQUIRED"):
            return _page(order.locale, order.brand, "", _texts(order.locale)["done"], ())
        price = f"{amount['value']} {amount['currency_code']}"
        return _page(order.locale, order.brand, price, what, (*_WAYS, "cancel"))

    @post("/checkoutnow")
    async def decide(self, request: AnyRequest, paypal: PayPalParty) -> Redirect:
        """What the payer clicked; he is sent back as PayPal does."""
        order = _order(request, paypal)
        act = await _act(request)
        if act == "cancel":
            return _back(order.cancel_url, token=order.id)
        match act:
            case "ok" | "declined" | "pending" | "refused":
                orders.approve(paypal, order, act)
            case _:
                raise Refusal(400, "INVALID_PARAMETER_VALUE", "unknown button")
        return _back(order.return_url, token=order.id, PayerID=_PAYER_ID)

    @get("/webapps/billing/subscriptions", media_type="text/html")
    async def agreement(self, request: AnyRequest, paypal: PayPalParty) -> Response[str]:
        """The page of a subscription."""
        subscription = _subscription(request, paypal)
        plan = paypal.state.plans[subscription.plan_id]
        price = f"{plan.value} {plan.currency}"
        return _page(subscription.locale, subscription.brand, price, plan.name, ("agree", "cancel"))

    @post("/webapps/billing/subscriptions")
    async def agree(self, request: AnyRequest, paypal: PayPalParty) -> Redirect:
        """The payer agrees or not."""
        subscription = _subscription(request, paypal)
        if await _act(request) == "cancel":
            return _back(subscription.cancel_url, subscription_id=subscription.id)
        subscribing.agree(paypal, subscription)
        return _back(subscription.return_url, subscription_id=subscription.id, ba_token=subscription.token)


def _texts(locale: str) -> dict[str, str]:
    return _TEXTS.get(locale[:2], _TEXTS["en"])


def _page(locale: str, brand: str, amount: str, what: str, acts: tuple[str, ...]) -> Response[str]:
    texts = _texts(locale)
    buttons = "".join(
        f'<button name="act" value="{act}"{" class=first" * (act == acts[0])}>{escape(texts[act])}</button>'
        for act in acts
    )
    page = _PAGE.format(
        language=locale[:2] if locale[:2] in _TEXTS else "en",
        simulated=texts["simulated"],
        close=texts["close"],
        brand=escape(brand),
        amount=escape(amount),
        what=escape(what),
        buttons=buttons,
    )
    return Response(page, media_type="text/html", headers={"X-Frame-Options": "DENY"})


def _order(request: AnyRequest, paypal: PayPalSandbox) -> Order:
    return orders.find(paypal, request.query_params.get("token", ""))


def _subscription(request: AnyRequest, paypal: PayPalSandbox) -> Subscription:
    token = request.query_params.get("ba_token")
    for subscription in paypal.state.subscriptions.values():
        if subscription.token == token:
            return subscription
    raise Refusal(404, "INVALID_RESOURCE_ID", "no such agreement")


async def _act(request: AnyRequest) -> str:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"))).get("act", "")


def _back(address: str, **added: str) -> Redirect:
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, urlencode(added)) if part)
    return Redirect(urlunsplit(parts._replace(query=query)), status_code=302)
