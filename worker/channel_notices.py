"""Whom the portal wants to hear of its channels: a bell when one needs attention, and when it works again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from adapters.explanations import explain, who_in_words
from adapters.portals import Portals
from connectors.bitrix24.dialogs import notify
from connectors.bitrix24.texts import Language
from connectors.outside import Context, Failure, Policy
from runtime.database import Database
from worker.errands import Errands
from worker.rounds import every

_EVERY_S = 1.0
_AT_ONCE = 10
_EACH = 50
Notice = dict[str, Any]

_TITLES: Final[Mapping[str, Mapping[Language, str]]] = {
    "attention": {
        "es": "El canal de WhatsApp «{name}» (+{phone}) necesita atención.",
        "en": "The WhatsApp channel «{name}» (+{phone}) needs attention.",
        "pt": "O canal do WhatsApp «{name}» (+{phone}) precisa de atenção.",
    },
    "active": {
        "es": "El canal de WhatsApp «{name}» (+{phone}) funciona de nuevo. Lo que esperaba ya está saliendo.",
        "en": "The WhatsApp channel «{name}» (+{phone}) works again. What was waiting is being sent.",
        "pt": "O canal do WhatsApp «{name}» (+{phone}) voltou a funcionar. O que esperava já está saindo.",
    },
}
_WHO_ACTS: Final[Mapping[Language, str]] = {
    "es": "Quién debe actuar: {who}.",
    "en": "Who must act: {who}.",
    "pt": "Quem precisa agir: {who}.",
}


class ChannelNotices:
    """Tells notices about channels; whom and when is decided by `tenancy.tell_channel`."""

    def __init__(self, database: Database, portals: Portals) -> None:
        self._database = database
        self._portals = portals
        self._errands = Errands("channel_notices", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Tell what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="channel_notices")

    async def _round(self) -> None:
        if self._errands.free == 0:
            return
        claimed = await self._database.call("tenancy.claim_channel_notices", {"p_limit": _EACH})
        claimed.sort(key=_portal)
        for portal_id, of_portal in groupby(claimed, key=_portal):
            self._errands.begin(portal_id, self._tell(portal_id, list(of_portal)))

    async def _tell(self, portal_id: str, notices: list[Notice]) -> None:
        client = await self._portals.client(portal_id)
        for notice in notices:
            refused = client if isinstance(client, Failure) else None
            if not isinstance(client, Failure):
                tag = f"wab24|channel|{notice['channel_id']}"
                about = Context(portal_id=portal_id, channel_id=str(notice["channel_id"]))
                refused = await notify(client, notice["user_id"], channel_text(notice), tag, about=about)
            arguments = {
                **{f"p_{name}": notice[name] for name in ("portal_id", "channel_id", "user_id")},
                "p_notice_token": notice["token"],
                "p_outcome": _outcome(refused),
            }
            await self._database.call("tenancy.settle_channel_notice", arguments)


def channel_text(notice: Notice) -> str:
    """What a person reads, in the portal's language: which channel, what happened, who acts."""
    language: Language = notice["language"]
    title = _TITLES[notice["state"]][language].format(name=notice["channel_name"], phone=notice["phone"])
    if notice["state"] == "active":
        return title
    code = notice["reason"] or "unknown"
    why = explain(code, party=notice["reason_party"], language=language)
    who = _WHO_ACTS[language].format(who=who_in_words(why.who, language))
    return "\n".join((title, why.what, why.todo, who, f"({code})"))


def _outcome(refused: Failure | None) -> str:
    if refused is None:
        return "told"
    return "never" if refused.policy is Policy.NEVER else "later"


def _portal(notice: Notice) -> str:
    return str(notice["portal_id"])
