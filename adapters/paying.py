"""Payments between SQL and the providers: commands go out, evidence comes back.

The intent is written first (`billing.open_payment`), then the provider is asked. Whatever a provider says
later, by webhook, return page or list, ends in `billing.settle_payment`: SQL alone decides what is booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from connectors.outside import Context, Failure, Policy
from connectors.payment_commands import SaveMethodCmd, SubscribeCmd, TopupCmd
from connectors.payment_evidence import Ids
from connectors.payments import (
    Fact,
    FactKind,
    MethodSnapshot,
    PaymentProvider,
    PaymentState,
    Redirect,
    Snapshot,
    SubSnapshot,
    SubState,
)
from runtime.database import Database
from runtime.secrets import Box, Signer, digest

Language = Literal["es", "en", "pt"]
_PAGE_OPEN: Final = timedelta(hours=2)
_WORDS: Final[Mapping[str, str]] = {
    "es": "Saldo para mensajes de WhatsApp",
    "en": "Balance for WhatsApp messages",
    "pt": "Saldo para mensagens do WhatsApp",
}
_NOTES: Final[Mapping[PaymentState, str]] = {
    PaymentState.PROCESSING: "processing",
    PaymentState.FAILED: "failed",
    PaymentState.CANCELLED: "cancelled",
    PaymentState.EXPIRED: "expired",
}
"""What a payment without money is noted as; an open page says nothing new."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A provider with our credentials there."""

    provider: PaymentProvider
    livemode: bool
    """Does it move real money?"""
    pages: str
    """Where our staff acts at the provider (`connectors.dashboards`)."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants to pay. `amount` in millionths of `currency`; `key` makes it happen once."""

    provider: str
    kind: Literal["topup", "scheduled", "method"]
    amount: int
    currency: str
    key: str
    every: Literal["week", "month", "year"] | None = None
    channel_id: str | None = None
    """Scheduled: the channel whose subscription it renews."""


class Paying:
    """The payments of one process. `accounts` by the provider's name; none means that nothing can be paid."""

    def __init__(
        self,
        database: Database,
        accounts: Mapping[str, Account],
        box: Box,
        secret_keys: tuple[str, ...],
        public_url: str,
    ) -> None:
        self.database = database
        self.accounts = accounts
        self._box = box
        self._signer = Signer(secret_keys, "payment-return")
        self._public_url = public_url

    @property
    def names(self) -> list[str]:
        """The providers that can be paid with."""
        return sorted(self.accounts)

    def provider(self, name: str) -> PaymentProvider | None:
        """The provider of this name, where we have an account."""
        account = self.accounts.get(name)
        return None if account is None else account.provider

    async def open(self, portal_id: str, user_id: str, order: Order) -> dict[str, Any]:
        """Write the intent and ask the provider for its page; the row of `billing.payment`.

        The same order again is the same payment and the same page. Raises `SqlRefusal` for what may not be
        paid; a provider that does not answer leaves the payment failed or unknown, with the reason.
        """
        account = self.accounts.get(order.provider)
        back = self._back(portal_id, order)
        asked = {
            **msgspec.to_builtins(order),
            "livemode": account.livemode if account else False,
            "return_digest": digest(back).hex(),
        }
        arguments = {"p_portal_id": portal_id, "p_user_id": user_id, "p_order": asked}
        (opened,) = await self.database.call("billing.open_payment", arguments)
        payment_id = str(opened["payment_id"])
        if opened["url"] is None and opened["state"] in ("created", "unknown") and account is not None:
            answer = await self._page(account.provider, portal_id, order, opened, back)
            await self.note(portal_id, payment_id, _note_of(answer))
        found = {"p_portal_id": portal_id, "p_user_id": user_id, "p_payment_id": opened["payment_id"]}
        (payment,) = await self.database.call("billing.payment", found)
        return payment

    async def note(self, portal_id: str, payment_id: str, note: dict[str, Any]) -> None:
        """Tell SQL what the provider answered to an attempt; no money is booked by it."""
        arguments = {"p_portal_id": portal_id, "p_payment_id": payment_id, "p_note": note}
        await self.database.call("billing.note_payment", arguments)

    async def book(self, snapshots: Iterable[Snapshot]) -> list[dict[str, Any]]:
        """Book the evidence of what was read; a row of `billing.settle_payment` each."""
        evidence = evidence_of(snapshots)
        if not evidence:
            return []
        return await self.database.call("billing.settle_payment", {"p_evidence": evidence})

    async def bring_home(
        self, row: Mapping[str, Any], *, cancelled: bool = False
    ) -> Snapshot | Failure | None:
        """Ask the provider how an open payment stands, and take that to SQL; None where it knows of none yet.

        `row` is one of `billing.payment_of_return` or `billing.open_intents`.
        """
        provider, ids = self.provider(row["provider"]), row["ids"]
        ref = ids.get("checkout") or ids.get("subscription") or ids.get("payment")
        if provider is None or ref is None:
            return None
        about = about_payment(row["portal_id"], row["payment_id"])
        if row["kind"] == "method":
            return await self._bring_method(provider, ref, about)
        if row["kind"] == "scheduled" and "checkout" not in ids:
            return await self._bring_schedule(provider, ref, row, cancelled=cancelled)
        if cancelled:
            found = await provider.cancel_topup(ref, about=about)
        else:
            found = await provider.confirm(ref, about=about)
        if isinstance(found, Failure):
            return found
        await self.book([found])
        if found.state in _NOTES and not found.evidence:
            ids = msgspec.to_builtins(found.ids)
            note = {"outcome": _NOTES[found.state], "code": found.reason, "ids": ids}
            await self.note(str(row["portal_id"]), str(row["payment_id"]), note)
        return found

    async def close_page(self, row: Mapping[str, Any]) -> Snapshot | Failure | None:
        """Let nobody pay on the page of an open payment any more; one that was paid meanwhile is booked.

        `row` is one of `billing.open_intents`; None where the provider knows of no page. It notes no more.
        """
        provider, ids = self.provider(row["provider"]), row["ids"]
        ref = ids.get("checkout") or ids.get("payment")
        if provider is None or ref is None:
            return None
        found = await provider.cancel_topup(ref, about=about_payment(row["portal_id"], row["payment_id"]))
        if not isinstance(found, Failure):
            await self.book([found])
        return found

    async def note_schedules(self, provider: str, found: Iterable[Snapshot]) -> None:
        """Tell SQL how the repeating top-ups among what was read stand; no money is booked by it."""
        for one in found:
            if isinstance(one, SubSnapshot):
                facts = {
                    "state": one.state,
                    "paid_until": None if one.paid_until is None else one.paid_until.isoformat(),
                    "ids": msgspec.to_builtins(one.ids),
                }
                await self.database.call("billing.note_schedule", {"p_provider": provider, "p_facts": facts})

    async def _bring_schedule(
        self, provider: PaymentProvider, ref: str, row: Mapping[str, Any], *, cancelled: bool
    ) -> Snapshot | Failure:
        """A repeating top-up is agreed to as an object of its own (PayPal); its money comes by periods."""
        portal_id, payment_id = str(row["portal_id"]), str(row["payment_id"])
        found = await provider.get_subscription(ref, about=about_payment(portal_id, payment_id))
        if isinstance(found, Failure):
            return found
        await self.note_schedules(provider.name, [found])
        if cancelled and found.state is SubState.PENDING:
            await self.note(portal_id, payment_id, {"outcome": "cancelled", "code": "cancelled"})
        return found

    async def _bring_method(
        self, provider: PaymentProvider, ref: str, about: Context
    ) -> Snapshot | Failure | None:
        """A page that saves a method is asked for as an object: it takes no money."""
        mode = self.accounts[provider.name].livemode
        ids = Ids(checkout=ref)
        fact = Fact(kind=FactKind.CHECKOUT, object_id=ref, business_key=ref, ids=ids, livemode=mode)
        found = await provider.fetch(fact, about=about)
        if isinstance(found, Failure):
            return found
        for one in found:
            if isinstance(one, MethodSnapshot) and one.usable:
                await self.keep_method(provider.name, one)
        return found[0] if found else None

    async def keep_method(self, provider: str, found: MethodSnapshot) -> None:
        """Keep a method that a payer saved on our page; its reference is sealed. Raises `SqlRefusal`."""
        portal_id, payment_id = found.ids.portal_id, found.ids.payment_id
        if portal_id is None or payment_id is None:
            return
        note = {"outcome": "succeeded", "ids": msgspec.to_builtins(found.ids), "method_label": found.label}
        await self.note(portal_id, payment_id, note)
        method = {
            "provider": provider,
            "reference_digest": digest(found.provider_ref).hex(),
            "reference_sealed": self._box.seal(found.provider_ref).hex(),
            "label": found.label,
            "expires": found.expires,
        }
        await self.database.call("billing.keep_method", {"p_portal_id": portal_id, "p_method": method})

    def _back(self, portal_id: str, order: Order) -> str:
        """The opaque id of the return page: the same for the same order, a riddle to everybody else."""
        return self._signer.mark(f"{portal_id} {order.key}")

    async def _page(
        self,
        provider: PaymentProvider,
        portal_id: str,
        order: Order,
        opened: Mapping[str, Any],
        back: str,
    ) -> Redirect | Failure:
        payment_id, language = str(opened["payment_id"]), opened["language"]
        address = f"{self._public_url}/pay/{back}"
        common: dict[str, Any] = {
            "payment_id": payment_id,
            "portal_id": portal_id,
            "currency": order.currency,
            "return_url": address,
            "cancel_url": f"{address}?cancelled=1",
            "locale": language,
            "customer": opened["customer"],
        }
        about = about_payment(portal_id, payment_id)
        if order.kind == "method":
            return await provider.save_method(SaveMethodCmd(**common), about=about)
        common |= {"amount": opened["amount"], "description": _WORDS[language]}
        if order.kind == "scheduled":
            return await provider.create_subscription(
                SubscribeCmd(**common, every=order.every or "month"), about=about
            )
        until = _begun(opened["payment_id"]) + _PAGE_OPEN
        return await provider.create_topup(TopupCmd(**common, expires_at=until), about=about)


def about_payment(portal_id: UUID | str, payment_id: UUID | str) -> Context:
    """What an exchange about a payment is recorded under: its story finds it by this."""
    return Context(portal_id=str(portal_id), correlation_id=f"payment:{payment_id}")


def evidence_of(snapshots: Iterable[Snapshot]) -> list[dict[str, Any]]:
    """All evidence of what was read, as `billing.settle_payment` takes it."""
    return [msgspec.to_builtins(one) for snapshot in snapshots for one in snapshot.evidence]


def _begun(payment_id: UUID) -> datetime:
    """When the intent was written: payment ids are UUIDs of version 7."""
    return datetime.fromtimestamp((payment_id.int >> 80) // 1000, UTC)


def _note_of(answer: Redirect | Failure) -> dict[str, Any]:
    if isinstance(answer, Redirect):
        until = None if answer.expires_at is None else answer.expires_at.isoformat()
        ids = msgspec.to_builtins(answer.ids)
        return {"outcome": "redirected", "url": answer.url, "expires_at": until, "ids": ids}
    return {"outcome": "unknown" if answer.policy is Policy.UNKNOWN else "failed", "code": answer.code}
