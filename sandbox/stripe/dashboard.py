"""The merchant's own pages at the simulated Stripe, where the payer's bank acts, too: disputes begin here.

The addresses are the original's below `/stripe/dashboard`, so that a link of ours leads where it would.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Literal
from urllib.parse import parse_qs

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox.stripe import aftermath
from sandbox.stripe.pages import html_page, money
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.state import Json

AnyRequest = Request[Any, Any, State]
_WORDS: dict[str, dict[str, str]] = {
    "es": {
        "payments": "Pagos",
        "refunded": "devuelto",
        "bank": "Lo que hace el banco de quien pagó",
        "dispute": "Abrir una disputa: el banco retira el dinero",
        "inquiry": "Solo preguntar: no se mueve dinero",
        "won": "El comercio gana: el dinero vuelve",
        "lost": "El comercio pierde",
        "close": "Cerrar la consulta",
        "until": "Pruebas hasta",
        "case": "Disputa",
        "settled": "Devolución aceptada por el banco",
        "failed": "Devolución rechazada por el banco: el dinero vuelve al comercio",
        "refunds": "Devoluciones",
    },
    "en": {
        "payments": "Payments",
        "refunded": "refunded",
        "bank": "What the payer's bank does",
        "dispute": "Raise a dispute: the bank takes the money",
        "inquiry": "Only ask: no money moves",
        "won": "The merchant wins: the money comes back",
        "lost": "The merchant loses",
        "close": "Close the inquiry",
        "until": "Evidence until",
        "case": "Dispute",
        "settled": "Refund taken by the bank",
        "failed": "Refund sent back by the bank: the money returns to the merchant",
        "refunds": "Refunds",
    },
    "pt": {
        "payments": "Pagamentos",
        "refunded": "reembolsado",
        "bank": "O que faz o banco de quem pagou",
        "dispute": "Abrir uma disputa: o banco retira o dinheiro",
        "inquiry": "Só perguntar: nenhum dinheiro é movimentado",
        "won": "O comerciante ganha: o dinheiro volta",
        "lost": "O comerciante perde",
        "close": "Encerrar a consulta",
        "until": "Provas até",
        "case": "Disputa",
        "settled": "Reembolso aceito pelo banco",
        "failed": "Reembolso devolvido pelo banco: o dinheiro volta ao comerciante",
        "refunds": "Reembolsos",
    },
}


def dashboard_routes() -> Sequence[HTTPRouteHandler]:
    """The handlers of all pages."""
    return (payments, payment, act_on_payment, dispute, decide_dispute)


@get("/dashboard/test/payments")
async def payments(request: AnyRequest, stripe: NamedDependency[StripeSandbox]) -> Response[str]:
    """Every payment that brought money, newest first."""
    language = _language(request)
    lines = "".join(
        f"<li><a href='{stripe.base_url}/dashboard/test/payments/{one['id']}'>"
        f"{money(one['amount'], one['currency'])}</a> {_when(one['created'])}</li>"
        for one in stripe.all("payment_intent")
        if one["status"] == "succeeded"
    )
    return html_page(language, _WORDS[language]["payments"], f"<ul>{lines}</ul>")


@get("/dashboard/test/payments/{intent_id:str}")
async def payment(
    intent_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
) -> Response[str]:
    """One payment, its refunds and its disputes; the payer's bank may dispute it."""
    language = _language(request)
    try:
        charged = _charge(stripe, intent_id)
    except Refusal:
        return html_page(language, "404", "<p>404</p>", status=404)
    words = _WORDS[language]
    refunds = "".join(
        f"<li>{money(one['amount'], one['currency'])} · {one['status']}{_refund_buttons(one, words)}</li>"
        for one in stripe.all("refund")
        if one["charge"] == charged["id"]
    )
    cases = "".join(
        f"<li><a href='{stripe.base_url}/dashboard/test/disputes/{one['id']}'>{words['case']}</a> · "
        f"{one['status']}</li>"
        for one in stripe.all("dispute")
        if one["charge"] == charged["id"]
    )
    raising = (
        "" if charged["disputed"] else _buttons(("dispute", words["dispute"]), ("inquiry", words["inquiry"]))
    )
    title = money(charged["amount"], charged["currency"])
    head = f"<p class=note>{escape(intent_id)} · {_when(charged['created'])}</p>"
    listed = f"<h2>{words['refunds']}</h2><ul>{refunds}</ul>" if refunds else ""
    return html_page(language, title, f"{head}{listed}<ul>{cases}</ul><h2>{words['bank']}</h2>{raising}")


@post("/dashboard/test/payments/{intent_id:str}", status_code=200)
async def act_on_payment(
    intent_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
) -> Response[str] | Redirect:
    """The payer's bank disputes it, asks about it, or takes a refund or sends it back."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    button, refund = form.get("do", [""])[0], form.get("refund", [""])[0]
    try:
        _charge(stripe, intent_id)
        if button in ("dispute", "inquiry"):
            made = aftermath.open_dispute(stripe, intent_id, inquiry=button == "inquiry")
            return _to(f"{stripe.base_url}/dashboard/test/disputes/{made['id']}")
        if button in ("settled", "failed"):
            aftermath.settle_refund(stripe, refund, failed=button == "failed")
    except Refusal as refusal:
        return html_page(_language(request), "400", f"<p>{escape(str(refusal))}</p>", status=400)
    return _to(f"{stripe.base_url}/dashboard/test/payments/{intent_id}")


@get("/dashboard/test/disputes/{dispute_id:str}")
async def dispute(
    dispute_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
) -> Response[str]:
    """One dispute, until when evidence is taken, and the bank's decision."""
    language = _language(request)
    words = _WORDS[language]
    try:
        found = stripe.get("dispute", dispute_id)
    except Refusal:
        return html_page(language, "404", "<p>404</p>", status=404)
    asks = found["status"].startswith("warning_needs")
    open_buttons = (("won", words["close"]),) if asks else (("won", words["won"]), ("lost", words["lost"]))
    buttons = _buttons(*open_buttons) if found["status"].endswith("needs_response") else ""
    due = found["evidence_details"]["due_by"]
    until = f"<p class=note>{words['until']} {_when(due)}</p>" if due and buttons else ""
    title = f"{words['case']} · {money(found['amount'], found['currency'])}"
    return html_page(language, title, f"<p>{escape(found['reason'])} · {found['status']}</p>{until}{buttons}")


@post("/dashboard/test/disputes/{dispute_id:str}", status_code=200)
async def decide_dispute(
    dispute_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
) -> Response[str] | Redirect:
    """The bank decides."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    outcome: Literal["won", "lost"] = "lost" if form.get("do") == ["lost"] else "won"
    try:
        if stripe.get("dispute", dispute_id)["status"].endswith("needs_response"):
            aftermath.close_dispute(stripe, dispute_id, outcome)
    except Refusal:
        return html_page(_language(request), "404", "<p>404</p>", status=404)
    return _to(f"{stripe.base_url}/dashboard/test/disputes/{dispute_id}")


def _charge(stripe: StripeSandbox, intent_id: str) -> Json:
    charge: str = stripe.get("payment_intent", intent_id)["latest_charge"] or ""
    return stripe.get("charge", charge)


def _refund_buttons(refund: Json, words: dict[str, str]) -> str:
    if refund["status"] == "failed":
        return ""
    choices = [("failed", words["failed"])]
    if refund["status"] == "pending":
        choices.insert(0, ("settled", words["settled"]))
    return _buttons(*choices, refund=refund["id"])


def _buttons(*choices: tuple[str, str], refund: str = "") -> str:
    named = f"<input type=hidden name=refund value='{escape(refund)}'>" if refund else ""
    buttons = "".join(f"<button class=quiet name=do value={name}>{words}</button>" for name, words in choices)
    return f"<form method=post>{named}{buttons}</form>"


def _language(request: AnyRequest) -> str:
    wanted = request.headers.get("accept-language", "es")[:2]
    return wanted if wanted in _WORDS else "es"


def _when(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _to(url: str) -> Redirect:
    return Redirect(url, status_code=303)
