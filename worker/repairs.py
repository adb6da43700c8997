"""Portal by portal: is it as desired, and what was missed? The installer's set-up is this, too."""

from __future__ import annotations

import asyncio
from typing import Any

from adapters.desired import Addresses, desired_of
from adapters.operators import submission
from adapters.portals import Portals
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.desired import Automation, restore
from connectors.bitrix24.dialogs import Dialog, history_since
from connectors.bitrix24.directory import app_info
from connectors.outside import Context, Failure, Policy
from runtime.database import Database
from worker.errands import Errands, within_lease
from worker.rounds import every

_EVERY_S = 0.5
_AT_ONCE = 10
Repair = dict[str, Any]


class Repairs:
    """Runs the reconciliations that are due."""

    def __init__(self, database: Database, portals: Portals, addresses: Addresses, app_name: str) -> None:
        self._database = database
        self._portals = portals
        self._addresses = addresses
        self._app_name = app_name
        self._errands = Errands("repair", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="repairs")

    async def _round(self) -> None:
        if self._errands.free > 0:
            for repair in await self._database.call("tenancy.claim_repairs", {"p_limit": self._errands.free}):
                self._errands.begin(str(repair["portal_id"]), self._settled(repair))

    async def _settled(self, repair: Repair) -> None:
        report: dict[str, Any] = {}
        facts: dict[str, Any] = {}
        failure = await within_lease(self._repair(repair, report, facts))
        arguments = {
            "p_portal_id": repair["portal_id"],
            "p_repair_token": repair["repair_token"],
            "p_report": report,
            "p_failure": failure.code if failure else None,
            "p_facts": facts,
        }
        await self._database.call("tenancy.settle_repair", arguments)

    async def _repair(self, repair: Repair, report: dict[str, Any], facts: dict[str, Any]) -> Failure | None:
        """Bring the portal to its desired state, ask it about itself, read what was missed."""
        client = await self._portals.client(str(repair["portal_id"]))
        if isinstance(client, Failure):
            return client
        about = {"p_portal_id": repair["portal_id"]}
        automation = await self._database.call_value("messaging.wanted_automation", about)
        desired = desired_of(repair, automation, self._addresses, self._app_name)
        installing = repair["state"] == "installing"
        restored = await restore(client, desired, register_anyway=installing)
        if isinstance(restored, Failure):
            return restored
        report["done"] = [type(step).__name__ for step in restored.done]
        report["broken"] = [
            {"step": type(b.repair).__name__, "code": b.failure.code} for b in restored.broken
        ]
        info = await app_info(client)
        if isinstance(info, Failure):
            return info
        facts["installed"] = info.installed
        facts["tier"] = "enterprise" if (info.licence or "").startswith("ent") else "standard"
        # A plan without robots is no reason to try for ever: they are tried again at the next reconciliation.
        vital = [broken.failure for broken in restored.broken if not isinstance(broken.repair, Automation)]
        if len(vital) == len(restored.broken):
            report["automation"] = desired.automation_digest
        if vital:
            return vital[0]
        return await self._catch_up(client, repair, report)

    async def _catch_up(self, client: PortalClient, repair: Repair, report: dict[str, Any]) -> Failure | None:
        """Submit operator messages that no event brought: the portal never repeats one.

        A history that cannot be read now makes the whole repair due again.
        """
        report["read"] = 0
        dialogs = await self._database.call("messaging.open_dialogs", {"p_portal_id": repair["portal_id"]})
        for row in dialogs:
            dialog = Dialog(
                connector=row["connector"],
                line=row["line_id"],
                chat_key=row["chat_key"],
                chat_id=row["portal_chat_id"],
                session_id=row["session_id"],
            )
            about = Context(portal_id=str(repair["portal_id"]), conversation_id=str(row["conversation_id"]))
            missed = await history_since(client, dialog, row["read_until"], about=about)
            if isinstance(missed, Failure):
                if missed.policy is Policy.RETRY:
                    return missed
                continue
            items = [
                item
                for message in missed
                if (item := submission(message, str(repair["portal_id"]), row["portal_origin"])) is not None
            ]
            if items:
                rows = await self._database.call("messaging.submit", {"p_items": items})
                report["read"] += sum(row["outcome"] == "accepted" for row in rows)
        return None
