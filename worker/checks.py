"""Channel by channel: is the outside as desired? The subscription at Gupshup, the line in the portal."""

from __future__ import annotations

import asyncio
from typing import Any

from adapters.desired import EVENTS, Addresses
from adapters.portals import Portals
from adapters.webhook_secrets import WebhookSecrets
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.connector import (
    LineData,
    LineStatus,
    bound_events,
    connect_line,
    disconnect_line,
    event_changes,
    line_status,
)
from connectors.gupshup.client import App, Gupshup
from connectors.outside import Actor, Context, Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box
from worker.errands import Errands, within_lease
from worker.readings import Told, read_number, said_of
from worker.rounds import every

_EVERY_S = 0.5
_AT_ONCE = 20
_LINE_ASKED_AGAIN_S = (0.3, 1.0, 2.0)
Check = dict[str, Any]


class Checks:
    """Runs the checks that are due; what they mean for the channel is `tenancy.settle_check`'s decision."""

    def __init__(
        self, database: Database, gupshup: Gupshup, portals: Portals, box: Box, addresses: Addresses
    ) -> None:
        self._database = database
        self._gupshup = gupshup
        self._portals = portals
        self._box = box
        self._addresses = addresses
        self._errands = Errands("check", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="checks")

    async def _round(self) -> None:
        if self._errands.free > 0:
            for check in await self._database.call("tenancy.claim_checks", {"p_limit": self._errands.free}):
                self._errands.begin(str(check["channel_id"]), self._check(check))

    async def _check(self, check: Check) -> None:
        report: dict[str, Any] = {}
        told = Told()
        connected = check["desired"] == "connected"
        failure = await within_lease(
            self._connect(check, report, told) if connected else self._disconnect(check, report)
        )
        arguments = {
            "p_portal_id": check["portal_id"],
            "p_channel_id": check["channel_id"],
            "p_check_token": check["check_token"],
            "p_report": {**report, "facts": told.facts, "usage": told.usage},
            "p_failure": None if failure is None else said_of(failure),
        }
        await self._database.call("tenancy.settle_check", arguments)
        if told.is_unbound:
            await self._database.call("tenancy.request_repair", {"p_portal_id": check["portal_id"]})

    async def _connect(self, check: Check, report: dict[str, Any], told: Told) -> Failure | None:
        """Set our subscription, then the line, only where they are not right already; then look around."""
        about, app = _about(check), self._app(check)
        secrets = WebhookSecrets.opened(self._box, check["secrets_sealed"])
        address = Secret(self._addresses.webhook(secrets.route))
        subscription = await self._gupshup.set_subscription(
            app, address, Secret(secrets.header), _tag(check), about=about
        )
        if isinstance(subscription, Failure):
            report["subscription"] = subscription.code
            told.failed("callback", subscription)
            await self._line(check, report, told, connect=False)
            return subscription
        report["subscription"] = "set"
        told.fact("callback", {"state": "set", "modes": subscription.modes})
        failure = await self._line(check, report, told, connect=True)
        await read_number(self._gupshup, app, check["readings"], told, about=about)
        return failure

    async def _line(
        self, check: Check, report: dict[str, Any], told: Told, *, connect: bool
    ) -> Failure | None:
        """Connect the line, or only look at it; say whether the portal sends us its events."""
        client = await self._portals.client(str(check["portal_id"]))
        if isinstance(client, Failure):
            line: LineStatus | Failure = client
        elif connect:
            line = await self._connect_line(client, check)
        else:
            line = await line_status(client, check["connector"], check["line_id"])
        if isinstance(line, Failure):
            report["line"] = line.code
            told.failed("line", line)
        else:
            report["line"] = "works" if line.works else "off"
            report["shown_name"] = check["name"] if connect else check["shown_name"]
            told.fact("line", {"works": line.works, "configured": line.configured})
        if isinstance(client, PortalClient):
            bound = await bound_events(client)
            if isinstance(bound, Failure):
                told.failed("events", bound)
            else:
                missing, _ = event_changes(self._addresses.events, EVENTS, bound)
                told.fact("events", {"missing": [one.event for one in missing]})
        return line if isinstance(line, Failure) else None

    async def _connect_line(self, client: PortalClient, check: Check) -> LineStatus | Failure:
        """Connect the line, or show its new name; the portal saves its flags later, so ask a few times."""
        connector, line = check["connector"], check["line_id"]
        status = await line_status(client, connector, line)
        if isinstance(status, LineStatus) and status.works and check["shown_name"] == check["name"]:
            return status
        shown = LineData(number=check["phone"], name=f"+{check['phone']} {check['name']}")
        status = await connect_line(client, connector, line, shown)
        for pause_s in _LINE_ASKED_AGAIN_S:
            if isinstance(status, Failure) or status.works:
                return status
            await asyncio.sleep(pause_s)
            status = await line_status(client, connector, line)
        if isinstance(status, Failure) or status.works:
            return status
        return Failure(
            policy=Policy.RETRY,
            code="line_not_connected",
            message="the portal does not report the line as connected yet",
            who_acts=Actor.ADMINISTRATOR,
        )

    async def _disconnect(self, check: Check, report: dict[str, Any]) -> Failure | None:
        """Remove our subscription; free the line, unless another channel serves it or the portal is gone."""
        failure = await self._gupshup.remove_subscription(self._app(check), _tag(check), about=_about(check))
        report["subscription"] = "removed" if failure is None else failure.code
        if failure is not None and failure.policy is Policy.RETRY:
            return failure
        if check["portal_state"] == "installed" and check["line_id"] is not None:
            client = await self._portals.client(str(check["portal_id"]))
            freed = client
            if not isinstance(client, Failure):
                freed = await disconnect_line(client, check["connector"], check["line_id"]) or client
            report["line"] = freed.code if isinstance(freed, Failure) else "freed"
        return None

    def _app(self, check: Check) -> App:
        key = Secret(self._box.open(check["key_sealed"]))
        return App(app_id=check["app_id"], app_name=check["app_name"], phone=check["phone"], key=key)


def _tag(check: Check) -> str:
    """Unique for an application; a number that moves to a new channel gets a subscription of its own."""
    return f"whatsappb24-{check['channel_id'].hex[-12:]}"


def _about(check: Check) -> Context:
    return Context(portal_id=str(check["portal_id"]), channel_id=str(check["channel_id"]))
