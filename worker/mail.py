"""Letters to customers' contacts, from the outbox in SQL to the mail server. Without one nothing is sent.

A letter is written again only where nobody knows that it was taken: its Message-ID stays the same.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import structlog

from connectors.outside import Context, Failure, Policy
from connectors.smtp import Letter, Postman
from runtime.database import Database
from worker.errands import Errands
from worker.letters import alert_letter, document_letter
from worker.rounds import every

_EVERY_S: Final = 5.0
_AT_ONCE: Final = 4
log = structlog.get_logger(__name__)


class Mail:
    """Sends the letters that are due; any number of workers may."""

    def __init__(self, database: Database, postman: Postman | None, app_name: str) -> None:
        self._database = database
        self._postman = postman
        self._app_name = app_name
        self._errands = Errands("mail", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then wait for what was begun. Nothing to do without a mail server."""
        if self._postman is None:
            await stop.wait()
            return
        async with self._errands:
            await every(_EVERY_S, self.round, stop, name="mail")

    async def round(self) -> None:
        """Claim no more letters than can be begun now."""
        if (free := self._errands.free) == 0:
            return
        for row in await self._database.call("billing.claim_mail", {"p_limit": free}):
            self._errands.begin(str(row["mail_id"]), self._send(row))

    async def _send(self, row: dict[str, Any]) -> None:
        if self._postman is None:
            return
        about = Context(portal_id=str(row["portal_id"]))
        failure = await self._postman.send(await self._letter(row), about=about)
        if failure is not None:
            log.warning("mail_not_sent", code=failure.code, mail_id=str(row["mail_id"]))
        arguments = {
            "p_portal_id": row["portal_id"],
            "p_mail_id": row["mail_id"],
            "p_claim": row["token"],
            "p_outcome": _outcome(failure),
            "p_reason": failure.code if failure else None,
        }
        await self._database.call("billing.settle_mail", arguments)

    async def _letter(self, row: dict[str, Any]) -> Letter:
        if row["document_id"] is None:
            return alert_letter(row, self._app_name)
        carried = {"p_portal_id": row["portal_id"], "p_mail_id": row["mail_id"]}
        (document,) = await self._database.call("billing.mailed_document", carried)
        return await asyncio.to_thread(document_letter, row, document, self._app_name)


def _outcome(failure: Failure | None) -> str:
    """What a person must repair first (our login, their certificate) is tried again as well."""
    if failure is None:
        return "sent"
    return "failed" if failure.policy is Policy.NEVER else "retry"
