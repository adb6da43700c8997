"""Each portal's company once a day: people, departments and open lines as Bitrix24 names them."""

from __future__ import annotations

import asyncio
from typing import Any

from adapters.company import read_company
from adapters.portals import Portals
from connectors.outside import Failure
from runtime.database import Database
from worker.errands import Errands, within_lease
from worker.rounds import every

_EVERY_S = 5.0
_AT_ONCE = 5


class Directories:
    """Reads what is due; when that is, `tenancy.keep_directory` decides."""

    def __init__(self, database: Database, portals: Portals) -> None:
        self._database = database
        self._portals = portals
        self._errands = Errands("directory", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="directories")

    async def _round(self) -> None:
        if self._errands.free > 0:
            for due in await self._database.call(
                "tenancy.claim_directories", {"p_limit": self._errands.free}
            ):
                portal_id = str(due["portal_id"])
                self._errands.begin(portal_id, self._kept(portal_id))

    async def _kept(self, portal_id: str) -> None:
        company: dict[str, Any] = {}
        failure = await within_lease(self._read(portal_id, company))
        arguments = {
            "p_portal_id": portal_id,
            "p_directory": company,
            "p_failure": failure.code if failure else None,
        }
        await self._database.call("tenancy.keep_directory", arguments)

    async def _read(self, portal_id: str, company: dict[str, Any]) -> Failure | None:
        """What could be read goes into `company`, also when something else could not."""
        client = await self._portals.client(portal_id)
        if isinstance(client, Failure):
            return client
        found, failure = await read_company(client)
        company.update(found)
        return failure
