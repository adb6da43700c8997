"""Whom the portal wants to hear of its money: a bell for the balance, caps, recharges and subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, Final

from adapters.documents.amounts import day, money
from adapters.portals import Portals
from connectors.bitrix24.dialogs import notify
from connectors.bitrix24.texts import Language
from connectors.outside import Context, Failure, Policy
from runtime.database import Database
from worker.errands import Errands
from worker.rounds import every

_EVERY_S = 5.0
_AT_ONCE = 10
_EACH = 50
Alert = dict[str, Any]

_TEXTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "low_balance": {
        "es": "WhatsApp: el saldo bajó de {threshold}. Queda {balance}. Recárguelo antes de que los mensajes"
        " dejen de salir.",
        "en": "WhatsApp: the balance fell below {threshold}. {balance} is left. Top it up before messages"
        " stop going out.",
        "pt": "WhatsApp: o saldo ficou abaixo de {threshold}. Restam {balance}. Recarregue antes que as"
        " mensagens parem de sair.",
    },
    "cap_soft": {
        "es": "WhatsApp: el gasto llegó a {spent}, su aviso es desde {cap}. Los mensajes siguen saliendo.",
        "en": "WhatsApp: {spent} was spent, your warning is from {cap} on. Messages keep going out.",
        "pt": "WhatsApp: o gasto chegou a {spent}, seu aviso é a partir de {cap}. As mensagens continuam"
        " saindo.",
    },
    "cap_hard": {
        "es": "WhatsApp: el gasto llegó a su tope de {cap}. Los mensajes de pago se rechazan hasta que el"
        " período termine o alguien suba el tope.",
        "en": "WhatsApp: the spending cap of {cap} was reached. Paid messages are refused until the period"
        " ends or somebody raises the cap.",
        "pt": "WhatsApp: o gasto atingiu o limite de {cap}. As mensagens pagas são recusadas até o período"
        " terminar ou alguém aumentar o limite.",
    },
    "recharge_declined": {
        "es": "WhatsApp: la recarga automática de {amount} fue rechazada. Lo intentamos de nuevo más tarde;"
        " revise la tarjeta.",
        "en": "WhatsApp: the automatic top-up of {amount} was declined. We try again later; check the card.",
        "pt": "WhatsApp: a recarga automática de {amount} foi recusada. Tentamos de novo mais tarde;"
        " verifique o cartão.",
    },
    "recharge_stopped": {
        "es": "WhatsApp: la recarga automática se detuvo después de varios rechazos. Revise la tarjeta y"
        " actívela de nuevo.",
        "en": "WhatsApp: the automatic top-up was stopped after several refusals. Check the card and switch"
        " it on again.",
        "pt": "WhatsApp: a recarga automática parou depois de várias recusas. Verifique o cartão e ative-a de"
        " novo.",
    },
    "recharge_cap": {
        "es": "WhatsApp: la recarga automática llegó a su tope mensual de {monthly_cap}. Recargue a mano o"
        " suba el tope.",
        "en": "WhatsApp: the automatic top-up reached its monthly cap of {monthly_cap}. Top up by hand or"
        " raise the cap.",
        "pt": "WhatsApp: a recarga automática atingiu o limite mensal de {monthly_cap}. Recarregue"
        " manualmente ou aumente o limite.",
    },
    "trial_ends": {
        "es": "WhatsApp: la prueba del canal «{channel}» termina el {until}. Desde ese día su plan cuesta"
        " {amount}: tenga ese saldo disponible o elija otro plan.",
        "en": "WhatsApp: the trial of the channel “{channel}” ends on {until}. From then on its plan costs"
        " {amount}: have that balance ready or choose another plan.",
        "pt": "WhatsApp: o teste do canal “{channel}” termina em {until}. A partir desse dia o plano custa"
        " {amount}: tenha esse saldo disponível ou escolha outro plano.",
    },
    "subscription_grace": {
        "es": "WhatsApp: no se pudo cobrar la renovación de {amount} del canal «{channel}». Sigue funcionando"
        " hasta el {until}; antes de esa fecha {todo}.",
        "en": "WhatsApp: the renewal of {amount} of the channel “{channel}” could not be paid. It works until"
        " {until}; before then {todo}.",
        "pt": "WhatsApp: não foi possível cobrar a renovação de {amount} do canal “{channel}”. Ele funciona"
        " até {until}; antes dessa data {todo}.",
    },
    "subscription_suspended": {
        "es": "WhatsApp: el canal «{channel}» está suspendido porque no se pagó su renovación de {amount}. Lo"
        " que escriben sus clientes se guarda y no se pierde. Para volver a enviar, {todo}.",
        "en": "WhatsApp: the channel “{channel}” is suspended because its renewal of {amount} was not paid."
        " What customers write is kept and not lost. To send again, {todo}.",
        "pt": "WhatsApp: o canal “{channel}” está suspenso porque a renovação de {amount} não foi paga. O que"
        " os clientes escrevem fica guardado e não se perde. Para voltar a enviar, {todo}.",
    },
    "subscription_resumed": {
        "es": "WhatsApp: el canal «{channel}» volvió a funcionar y entrega lo que estaba en espera. Está"
        " pagado hasta el {until}.",
        "en": "WhatsApp: the channel “{channel}” works again and hands over what was waiting. It is paid"
        " until {until}.",
        "pt": "WhatsApp: o canal “{channel}” voltou a funcionar e entrega o que estava em espera. Está pago"
        " até {until}.",
    },
}
_TODO: Final[Mapping[str, Mapping[Language, str]]] = {
    "frozen": {
        "es": "el saldo está congelado, escríbanos para saber por qué",
        "en": "the balance is frozen, write to us to learn why",
        "pt": "o saldo está congelado, escreva para nós para saber o motivo",
    },
    "": {
        "es": "recargue el saldo o elija otro plan",
        "en": "top up the balance or choose another plan",
        "pt": "recarregue o saldo ou escolha outro plano",
    },
}
"""What a person can do about a renewal that was not paid, by what the wallet said."""
_AMOUNTS: Final = ("threshold", "balance", "spent", "cap", "amount", "monthly_cap")


class MoneyNotices:
    """Tells alerts of money; when there is one is decided by the holds and debits themselves."""

    def __init__(self, database: Database, portals: Portals) -> None:
        self._database = database
        self._portals = portals
        self._errands = Errands("money_notices", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Tell what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="money_notices")

    async def _round(self) -> None:
        if self._errands.free == 0:
            return
        claimed = await self._database.call("billing.claim_alerts", {"p_limit": _EACH})
        claimed.sort(key=_portal)
        for portal_id, of_portal in groupby(claimed, key=_portal):
            self._errands.begin(portal_id, self._tell(portal_id, list(of_portal)))

    async def _tell(self, portal_id: str, alerts: list[Alert]) -> None:
        client = await self._portals.client(portal_id)
        settled = []
        for alert in alerts:
            refused = [client] if isinstance(client, Failure) else []
            if not isinstance(client, Failure):
                # whoever was told already is told the same again: the tag replaces it
                tag, about = f"wab24|money|{alert['alert_id']}", Context(portal_id=portal_id)
                told = [
                    await notify(client, person, money_text(alert), tag, about=about)
                    for person in alert["people"]
                ]
                refused = [one for one in told if isinstance(one, Failure)]
            later = any(one.policy is not Policy.NEVER for one in refused)
            settled.append(
                {
                    **{name: alert[name] for name in ("portal_id", "alert_id", "token")},
                    "outcome": "retry" if later else "told",
                }
            )
        await self._database.call("billing.settle_alerts", {"p_items": settled})


def money_text(alert: Alert) -> str:
    """What a person reads, in the portal's language; amounts in units of the alert's currency."""
    language: Language = alert["language"]
    detail = alert["detail"]
    currency = detail.get("currency") or alert["currency"]
    figures = {name: money(detail.get(name), currency, language) for name in _AMOUNTS}
    until = detail.get("until")
    return _TEXTS[alert["kind"]][language].format_map(
        {
            **figures,
            "channel": detail.get("channel", ""),
            "until": "" if until is None else day(date.fromisoformat(until), language),
            "todo": _TODO.get(detail.get("reason", ""), _TODO[""])[language],
        }
    )


def _portal(alert: Alert) -> str:
    return str(alert["portal_id"])
