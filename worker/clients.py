"""Clients in the portal's CRM: the steps that `messaging.settle_crm` says, one after the other."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from adapters.portals import Portals
from connectors.bitrix24 import crm
from connectors.bitrix24.client import PortalClient
from connectors.outside import Context, Failure
from runtime.database import Database
from worker.errands import Errands, within_lease
from worker.readings import said_of
from worker.rounds import every

_EVERY_S = 1.0
_AT_ONCE = 10
_MOST_STEPS = 8
"""More than a client ever takes: look, contact, lead or deal, link."""
Claimed = dict[str, Any]
Step = dict[str, Any]


class Clients:
    """Claims conversations whose place in the CRM is to be settled; SQL decides each step (ADR 13).

    A step of which no answer came is never repeated by itself: the next round begins with looking, and finds
    what was made by our mark.
    """

    def __init__(self, database: Database, portals: Portals) -> None:
        self._database = database
        self._portals = portals
        self._errands = Errands("clients", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="clients")

    async def _round(self) -> None:
        if self._errands.free > 0:
            arguments = {"p_limit": self._errands.free}
            for claimed in await self._database.call("messaging.claim_crm", arguments):
                self._errands.begin(str(claimed["portal_id"]), self._carry_out(claimed))

    async def _carry_out(self, claimed: Claimed) -> None:
        """One step after the other, each reported as soon as it is done; a failure ends the round."""
        todo: Step | None = claimed["todo"]
        for _ in range(_MOST_STEPS):
            if todo is None:
                return
            said: dict[str, Any] = {}
            failure = await within_lease(self._step(claimed, todo, said))
            todo = await self._reported(claimed, todo, said, failure)

    async def _reported(
        self, claimed: Claimed, todo: Step, said: dict[str, Any], failure: Failure | None
    ) -> Step | None:
        item = {
            **{name: str(claimed[name]) for name in ("portal_id", "conversation_id", "token")},
            "step": todo["do"],
            **said,
        }
        if failure is not None:
            item["failure"] = {**said_of(failure), "retry_after_s": failure.retry_after_s}
        rows = await self._database.call("messaging.settle_crm", {"p_items": [item]})
        return rows[0]["todo"] if rows else None

    async def _step(self, claimed: Claimed, todo: Step, said: dict[str, Any]) -> Failure | None:
        client = await self._portals.client(str(claimed["portal_id"]))
        if isinstance(client, Failure):
            return client
        about = Context(
            **{name: str(claimed[name]) for name in ("portal_id", "conversation_id", "message_id")}
        )
        match todo["do"]:
            case "look":
                found = await crm.look(client, _sought(todo), about=about)
                if isinstance(found, Failure):
                    return found
                said["facts"] = msgspec.to_builtins(found)
                return None
            case "add":
                number = await crm.add(client, todo["kind"], todo["fields"], about=about)
                if isinstance(number, Failure):
                    return number
                said.update(kind=todo["kind"], id=number)
                return None
            case "link":
                return await crm.join(client, todo["kind"], todo["id"], todo["user_code"], about=about)
            case _:
                said["user_id"] = todo["user_id"]
                return await _assign(client, todo, about)


async def _assign(client: PortalClient, todo: Step, about: Context) -> Failure | None:
    for item in todo["items"]:
        refused = await crm.assign(client, item["kind"], item["id"], todo["user_id"], about=about)
        if refused is not None:
            return refused
    return None


def _sought(todo: Step) -> crm.Sought:
    """What is looked for; without a number (BSUID) our mark and the tracker's link must do."""
    becomes = todo["becomes"]
    return crm.Sought(
        phones=todo["phones"],
        origins={kind: mark for kind, mark in todo["origins"].items() if kind in ("contact", becomes)},
        ids=todo["ids"],
        chat_id=todo["chat_id"],
    )
