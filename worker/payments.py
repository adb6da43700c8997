"""What payment providers say, worked on in order of arrival; what they did not say is asked for.

An event is a signal only: the truth is read from the provider, and SQL books its evidence once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from adapters.paying import Paying, about_payment, evidence_of
from connectors.outside import Failure
from connectors.payment_commands import RechargeCmd
from connectors.payments import (
    ChargeOutcome,
    Declined,
    MethodSnapshot,
    NeedsAction,
    PaymentProvider,
    PaymentSnapshot,
    PaymentState,
    Pending,
    Snapshot,
    SubSnapshot,
    SubState,
    Succeeded,
    VerifiedEvent,
)
from runtime.errors import SqlRefusal
from runtime.secrets import Box, digest
from worker.refunds import Refunds
from worker.rounds import every
from worker.schedules import Schedules

_EVENTS_S, _REFUNDS_S, _RECHARGES_S, _INTENTS_S, _LISTS_S = 1.0, 1.0, 5.0, 2.0, 600.0
_FIRST_LOOK: Final = timedelta(days=3)
_LOOK_BACK: Final = timedelta(hours=1)
_AT_ONCE: Final = 100
_WORDS: Final = {
    "es": "Recarga automática de WhatsApp",
    "en": "Automatic WhatsApp top-up",
    "pt": "Recarga automática do WhatsApp",
}
log = structlog.get_logger(__name__)


class Payments:
    """The reconciler and the inbox of payments; any number of workers may run it."""

    def __init__(self, paying: Paying, box: Box) -> None:
        self._paying = paying
        self._database = paying.database
        self._box = box

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop. Nothing to do where no provider has credentials."""
        if not self._paying.accounts:
            await stop.wait()
            return
        await asyncio.gather(
            every(_EVENTS_S, self.events, stop, name="payment_events"),
            every(_RECHARGES_S, self.recharges, stop, name="recharges"),
            every(_REFUNDS_S, Refunds(self._paying).due, stop, name="refunds"),
            every(_REFUNDS_S, Schedules(self._paying).due, stop, name="schedules"),
            every(_INTENTS_S, self.intents, stop, name="payment_intents"),
            every(_LISTS_S, self.lists, stop, name="payment_lists"),
        )

    async def events(self) -> None:
        """Work on the events that are due; one that SQL refuses is unmatched, and shown to staff."""
        for row in await self._database.call("billing.claim_events"):
            try:
                await self._event(row)
            except SqlRefusal as refusal:
                await self._settle(row, "unmatched", {"reason": refusal.reason, "what": refusal.message})

    async def _event(self, row: dict[str, Any]) -> None:
        read = await self._read(row)
        if isinstance(read, Failure):
            await self._settle(row, "failed", {"code": read.code, "what": read.message})
        elif read is None:
            await self._settle(row, "ignored", {})
        else:
            await self._take_methods(row["provider"], read)
            await self._paying.note_schedules(row["provider"], read)
            booked = {**_key(row), "p_evidence": evidence_of(read)}
            await self._database.call("billing.book_event", booked)

    async def _settle(self, row: dict[str, Any], outcome: str, detail: dict[str, Any]) -> None:
        arguments = {**_key(row), "p_outcome": outcome, "p_detail": detail}
        await self._database.call("billing.settle_event", arguments)

    async def _read(self, row: dict[str, Any]) -> list[Snapshot] | Failure | None:
        """The truth about all that an event is about; None where it does not concern us."""
        provider = self._paying.provider(row["provider"])
        if provider is None:
            return None
        event = VerifiedEvent(
            provider=row["provider"],
            event_id=row["event_id"],
            type=row["type"],
            created_at=row["created_at"],
            livemode=row["livemode"],
            version=row["version"],
            how=row["proven_by"],
            body=json.loads(bytes(row["raw"])),
        )
        facts = provider.interpret(event)
        read: list[Snapshot] = []
        for fact in facts:
            found = await provider.fetch(fact)
            if isinstance(found, Failure):
                return found
            for one in found:
                snapshot = await _captured(provider, one)
                if isinstance(snapshot, Failure):
                    return snapshot
                read.append(snapshot)
        return read if facts else None

    async def _take_methods(self, provider: str, read: Sequence[Snapshot]) -> None:
        """Cards that a payer saved on our page, and cards that are gone."""
        for one in read:
            if not isinstance(one, MethodSnapshot):
                continue
            if one.usable:
                await self._paying.keep_method(provider, one)
            else:
                arguments = {"p_provider": provider, "p_reference_digest": digest(one.provider_ref)}
                await self._database.call("billing.lose_method", arguments)

    async def intents(self) -> None:
        """Ask about every payment whose end is not known; what nobody can pay any more has expired."""
        for row in await self._database.call("billing.open_intents"):
            if row["kind"] == "recharge":
                continue  # asked for by `recharges`, whose claim comes again
            found = await self._paying.bring_home(row)
            if row["is_stale"] and await self._expire(row, _heard(found)) == "close":
                await self._expire(row, _heard(await self._paying.close_page(row)))

    async def _expire(self, row: dict[str, Any], heard: str) -> str:
        """Let SQL decide what becomes of an open payment, by what the provider said of it just now."""
        asked = {f"p_{name}": row[name] for name in ("portal_id", "payment_id")}
        decided: str = await self._database.call_value("billing.expire_intent", {**asked, "p_heard": heard})
        return decided

    async def recharges(self) -> None:
        """Charge the saved cards of recharges that SQL decided."""
        for row in await self._database.call("billing.claim_recharges"):
            livemode = any(account.livemode for account in self._paying.accounts.values())
            arguments = {
                "p_portal_id": row["portal_id"],
                "p_recharge_id": row["recharge_id"],
                "p_livemode": livemode,
            }
            (opened,) = await self._database.call("billing.open_recharge", arguments)
            provider = self._paying.provider(opened["provider"] or "")
            if opened["outcome"] == "over" or provider is None:
                continue
            await self._charge(str(row["portal_id"]), opened, provider)

    async def _charge(self, portal_id: str, opened: dict[str, Any], provider: PaymentProvider) -> None:
        command = RechargeCmd(
            payment_id=str(opened["payment_id"]),
            portal_id=portal_id,
            attempt=opened["attempt"],
            amount=opened["amount"],
            currency=opened["currency"],
            description=_WORDS[opened["language"]],
            customer=opened["customer"] or "",
            method=self._box.open(opened["method_sealed"]),
            begun_at=opened["begun_at"],
        )
        about = about_payment(portal_id, command.payment_id)
        outcome: ChargeOutcome | None = None
        if opened["outcome"] == "ask":
            outcome = await provider.find_charge(command, about=about)
        if outcome is None or (isinstance(outcome, Declined) and outcome.code == "not_charged"):
            outcome = await provider.charge_saved(command, about=about)
        snapshot = getattr(outcome, "snapshot", None)
        if isinstance(snapshot, PaymentSnapshot):
            await self._paying.book([snapshot])
        if not isinstance(outcome, Succeeded):
            await self._paying.note(portal_id, command.payment_id, _note_of(outcome))

    async def lists(self) -> None:
        """Read what moved money lately, so that a webhook that was lost is missed by nobody."""
        for name in self._paying.names:
            provider = self._paying.provider(name)
            if provider is None:
                continue
            began = datetime.now(UTC)
            until = await self._database.call_value("billing.listed_until", {"p_provider": name})
            since = began - _FIRST_LOOK if until is None else until - _LOOK_BACK
            if await self._listed(provider, since):
                arguments = {"p_provider": name, "p_until": began}
                await self._database.call("billing.listed_until", arguments)

    async def _listed(self, provider: PaymentProvider, since: datetime) -> bool:
        """Book all that a provider lists since then; False where the list broke off."""
        found: list[Snapshot] = []
        async for one in provider.list_since(since):
            read = one if isinstance(one, Failure) else await _captured(provider, one)
            if isinstance(read, Failure):
                log.warning("payments_not_listed", provider=provider.name, code=read.code)
                await self._paying.book(found)
                return False
            await self._paying.note_schedules(provider.name, [read])
            found.append(read)
            if len(found) >= _AT_ONCE:
                await self._paying.book(found)
                found.clear()
        await self._paying.book(found)
        return True


def _key(row: dict[str, Any]) -> dict[str, Any]:
    """Which claimed event."""
    return {f"p_{name}": row[name] for name in ("provider", "event_id", "token")}


async def _captured(provider: PaymentProvider, one: Snapshot) -> Snapshot | Failure:
    """A payer who agreed and never came back: the money is ours to take (PayPal)."""
    if isinstance(one, PaymentSnapshot) and one.state is PaymentState.APPROVED:
        return await provider.confirm(one.provider_ref)
    return one


def _heard(found: Snapshot | Failure | None) -> str:
    """What a provider said of a payment, as `billing.expire_intent` takes it."""
    match found:
        case None:
            return "nothing"
        case PaymentSnapshot(state=PaymentState.OPEN | PaymentState.NEEDS_ACTION):
            return "open"
        case SubSnapshot(state=SubState.PENDING):
            return "open"
        case PaymentSnapshot(state=PaymentState.CANCELLED | PaymentState.EXPIRED):
            return "closed"
        case _:
            return "other"


def _note_of(outcome: ChargeOutcome) -> dict[str, Any]:
    """What an attempt without money is noted as."""
    match outcome:
        case Pending():
            return {"outcome": "processing"}
        case NeedsAction():
            return {"outcome": "declined", "code": "needs_action"}
        case Declined():
            return {"outcome": "declined", "code": outcome.code}
        case Failure():
            return {"outcome": "failed", "code": outcome.code}
        case _:
            return {"outcome": "unknown"}
