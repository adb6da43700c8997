"""Stripe's hosted pages, for a person: the payment page, the customer's own page, a receipt.

They refuse to be framed, as the originals do (§5). What a button does is a plain form, so that a browser
test and a person use the same page. Words in the language that our side asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import parse_qs

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox.stripe import checkout
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.state import CARDS, Card, Json

_HEADERS = {"X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors 'none'"}
_WHOLE_WORDS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_WHOLE = frozenset(_WHOLE_WORDS.split())
_WORDS: dict[str, dict[str, str]] = {
    "es": {
        "pay": "Pagar",
        "save": "Guardar la tarjeta",
        "close": "Pagar y cerrar la pestaña",
        "back": "Volver sin pagar",
        "declined": "La tarjeta fue rechazada. Elija otra.",
        "confirm": "Su banco quiere que usted confirme este pago.",
        "yes": "Confirmar",
        "no": "No confirmar",
        "over": "Esta página ya no está abierta.",
        "done": "Pagado. Puede cerrar esta pestaña.",
        "cards": "Tarjetas guardadas",
        "remove": "Quitar",
        "receipts": "Recibos",
        "return": "Volver",
        "test": "Página simulada: no se mueve dinero.",
        "ok": "Tarjeta que paga",
        "bad": "Tarjeta rechazada",
        "insufficient_funds": "Tarjeta sin fondos",
        "expired": "Tarjeta vencida",
        "authentication": "Tarjeta que pide confirmación",
    },
    "en": {
        "pay": "Pay",
        "save": "Save the card",
        "close": "Pay and close the tab",
        "back": "Return without paying",
        "declined": "The card was declined. Choose another.",
        "confirm": "Your bank wants you to confirm this payment.",
        "yes": "Confirm",
        "no": "Do not confirm",
        "over": "This page is not open any more.",
        "done": "Paid. You may close this tab.",
        "cards": "Saved cards",
        "remove": "Remove",
        "receipts": "Receipts",
        "return": "Return",
        "test": "Simulated page: no money moves.",
        "ok": "Card that pays",
        "bad": "Card that is declined",
        "insufficient_funds": "Card without funds",
        "expired": "Expired card",
        "authentication": "Card that asks for confirmation",
    },
    "pt": {
        "pay": "Pagar",
        "save": "Salvar o cartão",
        "close": "Pagar e fechar a aba",
        "back": "Voltar sem pagar",
        "declined": "O cartão foi recusado. Escolha outro.",
        "confirm": "Seu banco quer que você confirme este pagamento.",
        "yes": "Confirmar",
        "no": "Não confirmar",
        "over": "Esta página não está mais aberta.",
        "done": "Pago. Você pode fechar esta aba.",
        "cards": "Cartões salvos",
        "remove": "Remover",
        "receipts": "Recibos",
        "return": "Voltar",
        "test": "Página simulada: nenhum dinheiro é movimentado.",
        "ok": "Cartão que paga",
        "bad": "Cartão recusado",
        "insufficient_funds": "Cartão sem saldo",
        "expired": "Cartão vencido",
        "authentication": "Cartão que pede confirmação",
    },
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;color:#1a1f36}"
    "h1{font-size:1.6rem}label,button{display:block;width:100%;margin:.5rem 0}"
    "button{padding:.7rem;border:0;border-radius:.4rem;background:#635bff;color:#fff;font:inherit}"
    "button.quiet{background:#e6e8ee;color:#1a1f36}.note{color:#5b6275;font-size:.9rem}.bad{color:#a11}"
)


def page_routes() -> Sequence[HTTPRouteHandler]:
    """The handlers of all pages."""
    return (show, act, portal, leave_card, receipt)


@get("/pay/{session_id:str}")
async def show(session_id: FromPath[str], stripe: NamedDependency[StripeSandbox]) -> Response[str]:
    """The payment page."""
    try:
        session = checkout.current(stripe, session_id)
    except Refusal:
        return html_page("es", "404", "<p>404</p>", status=404)
    return _payment_page(stripe, session)


@post("/pay/{session_id:str}", status_code=200)
async def act(
    session_id: FromPath[str], request: Request[Any, Any, State], stripe: NamedDependency[StripeSandbox]
) -> Response[Any] | Redirect:
    """A button of the payment page was pressed."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    button, card = form.get("do", [""])[0], _card(form.get("card", ["ok"])[0])
    try:
        session = checkout.current(stripe, session_id)
    except Refusal:
        return html_page("es", "404", "<p>404</p>", status=404)
    words = _words(session)
    if button == "back":
        return _to(session["cancel_url"] or stripe.base_url)
    if button == "no":
        return _payment_page(stripe, session, problem=words["declined"])
    outcome = checkout.pay(stripe, session_id, card, authenticated=button == "yes")
    if outcome == "paid" and button == "close":
        return html_page(_language(session), words["done"], f"<p>{words['done']}</p>")
    if outcome == "paid":
        return _to(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))
    if outcome == "authenticate":
        return _confirmation(session, card)
    return _payment_page(stripe, session, problem=words["declined"] if outcome == "declined" else None)


@get("/portal/{portal_id:str}")
async def portal(portal_id: FromPath[str], stripe: NamedDependency[StripeSandbox]) -> Response[str]:
    """The customer's own page: cards and receipts."""
    try:
        opened = stripe.get("billing_portal.session", portal_id)
    except Refusal:
        return html_page("es", "404", "<p>404</p>", status=404)
    words = _words(opened)
    cards = "".join(
        f"<li>{_card_line(one)}<form method=post action='{portal_id}'>"
        f"<button class=quiet name=remove value='{one['id']}'>{words['remove']}</button></form></li>"
        for one in stripe.all("payment_method")
        if one["customer"] == opened["customer"]
    )
    receipts = "".join(
        f"<li><a href='{escape(one['receipt_url'])}'>{money(one['amount'], one['currency'])}</a></li>"
        for one in stripe.all("charge")
        if one["customer"] == opened["customer"] and one["paid"]
    )
    back = f"<p><a href='{escape(opened['return_url'] or '')}'>{words['return']}</a></p>"
    body = f"<h2>{words['cards']}</h2><ul>{cards}</ul><h2>{words['receipts']}</h2><ul>{receipts}</ul>{back}"
    return html_page(_language(opened), words["cards"], body)


@post("/portal/{portal_id:str}", status_code=200)
async def leave_card(
    portal_id: FromPath[str], request: Request[Any, Any, State], stripe: NamedDependency[StripeSandbox]
) -> Response[Any] | Redirect:
    """The customer removes a card."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    try:
        opened = stripe.get("billing_portal.session", portal_id)
        method = stripe.get("payment_method", form.get("remove", [""])[0])
    except Refusal:
        return html_page("es", "404", "<p>404</p>", status=404)
    if method["customer"] == opened["customer"]:
        stripe.detach(method["id"])
    return _to(opened["url"])


@get("/receipts/{object_id:str}")
async def receipt(object_id: FromPath[str], stripe: NamedDependency[StripeSandbox]) -> Response[str]:
    """A receipt of a charge or an invoice."""
    found = stripe.state.objects.get(object_id)
    if found is None or found["object"] not in ("charge", "invoice"):
        return html_page("es", "404", "<p>404</p>", status=404)
    amount = found["amount"] if found["object"] == "charge" else found["amount_paid"]
    return html_page("es", object_id, f"<p>{money(amount, found['currency'])}</p>")


def _payment_page(stripe: StripeSandbox, session: Json, problem: str | None = None) -> Response[str]:
    words = _words(session)
    if session["status"] != "open":
        return html_page(_language(session), words["over"], f"<p>{words['over']}</p>")
    lines = "".join(
        f"<li>{escape(line['name'])}: {money(line['amount'] * line['quantity'], line['currency'])}</li>"
        for line in stripe.state.lines.get(session["id"], [])
    )
    total = session["amount_total"]
    title = words["save"] if total is None else money(total, session["currency"])
    cards = "".join(
        f"<label><input type=radio name=card value={card}{' checked' if card == 'ok' else ''}> "
        f"•••• {last4} · {words['bad' if card == 'declined' else card]}</label>"
        for card, (_, last4, _) in CARDS.items()
    )
    pay = words["save"] if session["mode"] == "setup" else words["pay"]
    buttons = (
        f"<button name=do value=pay>{pay}</button>"
        f"<button class=quiet name=do value=close>{words['close']}</button>"
        f"<button class=quiet name=do value=back>{words['back']}</button>"
    )
    bad = f"<p class=bad role=alert>{problem}</p>" if problem else ""
    form = f"<form method=post>{cards}{buttons}</form>"
    return html_page(_language(session), title, f"<ul>{lines}</ul>{bad}{form}")


def _confirmation(session: Json, card: Card) -> Response[str]:
    words = _words(session)
    body = (
        f"<p>{words['confirm']}</p><form method=post><input type=hidden name=card value={card}>"
        f"<button name=do value=yes>{words['yes']}</button>"
        f"<button class=quiet name=do value=no>{words['no']}</button></form>"
    )
    return html_page(_language(session), words["confirm"], body)


def html_page(language: str, title: str, body: str, status: int = 200) -> Response[str]:
    """A page of the simulation, which says that it is one."""
    note = _WORDS[language]["test"]
    html = (
        f"<!doctype html><html lang={language}><meta charset=utf-8><title>{escape(title)}</title>"
        f"<meta name=viewport content='width=device-width'><style>{_STYLE}</style>"
        f"<p class=note>Stripe · {note}</p><h1>{escape(title)}</h1>{body}</html>"
    )
    return Response(html, media_type="text/html; charset=utf-8", status_code=status, headers=_HEADERS)


def _to(url: str) -> Redirect:
    return Redirect(url, status_code=303, headers=_HEADERS)


def _language(found: Mapping[str, Any]) -> str:
    wanted = str(found.get("locale") or "es")[:2]
    return wanted if wanted in _WORDS else "en"


def _words(found: Mapping[str, Any]) -> dict[str, str]:
    return _WORDS[_language(found)]


def _card(text: str) -> Card:
    return text if text in CARDS else "ok"


def _card_line(method: Json) -> str:
    return f"{method['card']['brand']} •••• {method['card']['last4']}"


def money(minor: int, currency: str) -> str:
    """An amount in minor units as people read it."""
    amount = f"{minor:,}" if currency in _WHOLE else f"{minor / 100:,.2f}"
    return f"{amount} {currency.upper()}"
