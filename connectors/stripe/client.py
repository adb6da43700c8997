"""Stripe as a payment provider: a call of the port is a few of Stripe's (contracts/payments.md §1.4, §7)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import httpx
import msgspec

from connectors.money import AmountError
from connectors.outside import Actor, Context, Failure, Journal, Policy
from connectors.payment_commands import RechargeCmd, RefundCmd, SaveMethodCmd, SubscribeCmd, TopupCmd
from connectors.payment_evidence import Ids
from connectors.payments import (
    NOTHING,
    Cap,
    ChargeOutcome,
    Declined,
    Fact,
    PaymentSnapshot,
    Redirect,
    RefundSnapshot,
    Snapshot,
    SubSnapshot,
    SubState,
    VerifiedEvent,
)
from connectors.stripe import charging, methods, pages, webhook
from connectors.stripe.exchange import StripeConfig, Wire
from connectors.stripe.failures import Refused, refuse
from connectors.stripe.lookup import Lookup
from connectors.stripe.money_out import refund_of
from connectors.stripe.shapes import PaymentIntent, Refund, Session, Subscription
from connectors.stripe.standing import subscription_of
from connectors.stripe.values import instant

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

    from connectors.payments import PaymentProvider

_KEY_LIVES: Final = timedelta(hours=20)
"""Stripe may forget an idempotency key after a day: an older command is looked up, never sent again."""
_SETTLES_WITHIN: Final = timedelta(minutes=2)
"""A request that was cut off may still be at work at Stripe for this long."""

CAPABILITIES: Final = frozenset(
    {
        Cap.TOPUP,
        Cap.SUBSCRIPTION,
        Cap.AUTO_RECHARGE,
        Cap.SAVE_METHOD,
        Cap.PORTAL,
        Cap.PARTIAL_REFUND,
        Cap.PAUSE,
        Cap.CANCEL_AT_PERIOD_END,
    }
)


class Stripe:
    """One Stripe account, a `connectors.payments.PaymentProvider`.

    `http` is shared and closed by its owner; `clock` gives seconds since 1970; `close` ends it.
    """

    name: Literal["stripe"] = "stripe"
    capabilities: frozenset[Cap] = CAPABILITIES

    def __init__(
        self,
        http: httpx.AsyncClient,
        config: StripeConfig,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._clock = clock
        self._wire = Wire(http, config, journal)
        self._lookup = Lookup(self._wire, livemode=config.livemode)
        self._portal_configuration: str | None = None

    async def close(self) -> None:
        """Close what the SDK keeps open."""
        await self._wire.transport.close_async()

    async def create_topup(self, cmd: TopupCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a Checkout page in payment mode."""
        return await self._open_page(cmd, partial(pages.topup_page, cmd), f"topup:{cmd.payment_id}", about)

    async def create_subscription(self, cmd: SubscribeCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a Checkout page in subscription mode."""
        params = partial(pages.subscription_page, cmd)
        return await self._open_page(cmd, params, f"subscribe:{cmd.payment_id}", about)

    async def save_method(self, cmd: SaveMethodCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a Checkout page in setup mode."""
        return await self._open_page(cmd, partial(pages.setup_page, cmd), f"setup:{cmd.payment_id}", about)

    async def open_portal(
        self, customer: str, return_url: str, locale: str, *, about: Context = NOTHING
    ) -> Redirect | Failure:
        """Open the customer portal, with a configuration of our own that is found or made once."""
        configuration = await self._own_configuration(about)
        if isinstance(configuration, Failure):
            return configuration
        page = await self._wire.call(
            methods.OPEN_PORTAL,
            lambda client: client.v1.billing_portal.sessions.create_async(
                {
                    "customer": customer,
                    "return_url": return_url,
                    "configuration": configuration,
                    "locale": pages.LOCALES.get(locale, "auto"),
                }
            ),
            lambda found: (str(found["id"]), str(found["url"])),
            about,
        )
        if isinstance(page, Failure):
            return page
        return self._redirect(page[0], page[1], None, Ids(customer=customer))

    async def confirm(self, provider_ref: str, *, about: Context = NOTHING) -> PaymentSnapshot | Failure:
        """Read a page (`cs_…`), payment (`pi_…`) or period (`in_…`)."""
        return await self._lookup.payment_by_ref(provider_ref, about)

    async def cancel_topup(self, provider_ref: str, *, about: Context = NOTHING) -> PaymentSnapshot | Failure:
        """Expire the page, then read it: it may have been paid or have expired by itself meanwhile."""
        expired = await self._wire.call(
            methods.EXPIRE_SESSION,
            lambda client: client.v1.checkout.sessions.expire_async(provider_ref),
            lambda _found: None,
            about,
        )
        if isinstance(expired, Failure) and expired.http_status != 400:
            return expired
        return await self.confirm(provider_ref, about=about)

    async def charge_saved(self, cmd: RechargeCmd, *, about: Context = NOTHING) -> ChargeOutcome:
        """Charge off-session. A command that is nearly a day old is only looked up (§1.2)."""
        if self._age(cmd) > _KEY_LIVES:
            return await self.find_charge(cmd, about=about)
        try:
            params = pages.recharge(cmd)
        except AmountError as error:
            return refuse("amount", str(error))
        key = f"recharge:{cmd.payment_id}:{cmd.attempt}"
        outcome = await self._wire.ask(
            methods.CHARGE,
            lambda client: client.v1.payment_intents.create_async(params, {"idempotency_key": key}),
            lambda found: charging.outcome_of(msgspec.convert(found, PaymentIntent)),
            about,
        )
        return charging.outcome_of_refusal(outcome) if isinstance(outcome, Refused) else outcome

    async def find_charge(self, cmd: RechargeCmd, *, about: Context = NOTHING) -> ChargeOutcome:
        """Look through the customer's payments since the intent was written for the one of this attempt."""
        found = await self._lookup.charge_of(cmd, about)
        if isinstance(found, Failure):
            return charging.unknown(found.code, found.message)
        if found is not None:
            return charging.outcome_of(found)
        if self._age(cmd) < _SETTLES_WITHIN:
            return charging.unknown("not_found_yet", "Stripe does not list this charge; it may be under way")
        return Declined(code="not_charged", retry="later")

    async def refund(self, cmd: RefundCmd, *, about: Context = NOTHING) -> RefundSnapshot | Failure:
        """Refund, after looking whether this refund exists; a silence is looked up the same way."""
        before = await self._lookup.refund_by_ours(cmd, about)
        if before is not None:
            return before
        try:
            params = pages.refund(cmd)
        except AmountError as error:
            return refuse("amount", str(error))
        outcome = await self._wire.call(
            methods.CREATE_REFUND,
            lambda client: client.v1.refunds.create_async(
                params, {"idempotency_key": f"refund:{cmd.refund_id}"}
            ),
            lambda found: refund_of(msgspec.convert(found, Refund), livemode=self._config.livemode),
            about,
        )
        if isinstance(outcome, Failure) and outcome.policy is Policy.UNKNOWN:
            after = await self._lookup.refund_by_ours(cmd, about)
            return after if isinstance(after, RefundSnapshot) else outcome
        return outcome

    async def get_subscription(self, provider_ref: str, *, about: Context = NOTHING) -> SubSnapshot | Failure:
        """Read a scheduled top-up by its id or by the page it was agreed on."""
        return await self._lookup.subscription_by_ref(provider_ref, about)

    async def cancel_subscription(
        self, provider_ref: str, *, at_period_end: bool, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """End it with its period or at once."""
        if at_period_end:
            outcome = await self._wire.call(
                methods.CHANGE_SUBSCRIPTION,
                lambda client: client.v1.subscriptions.update_async(
                    provider_ref, {"cancel_at_period_end": True}
                ),
                _subscription,
                about,
            )
        else:
            outcome = await self._wire.call(
                methods.CANCEL_SUBSCRIPTION,
                lambda client: client.v1.subscriptions.cancel_async(provider_ref),
                _subscription,
                about,
            )
        return await self._unless_it_stands(outcome, provider_ref, SubState.CANCELLED, about)

    async def pause_subscription(
        self, provider_ref: str, *, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """Pause it: no more invoices; the period that was paid is in the wallet and stays there."""
        outcome = await self._wire.call(
            methods.PAUSE_SUBSCRIPTION,
            lambda client: client.v1.subscriptions.pause_async(
                provider_ref, {"type": "subscription", "bill_for": {"unused_time_from": {"type": "none"}}}
            ),
            _subscription,
            about,
        )
        return await self._unless_it_stands(outcome, provider_ref, SubState.PAUSED, about)

    async def resume_subscription(
        self, provider_ref: str, *, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """Let it go on in its old rhythm."""
        outcome = await self._wire.call(
            methods.RESUME_SUBSCRIPTION,
            lambda client: client.v1.subscriptions.resume_async(
                provider_ref, {"billing_cycle_anchor": {"type": "unchanged"}, "proration_behavior": "none"}
            ),
            _subscription,
            about,
        )
        return await self._unless_it_stands(outcome, provider_ref, SubState.ACTIVE, about)

    async def verify_webhook(self, raw: bytes, headers: Mapping[str, str]) -> VerifiedEvent:
        """Prove that Stripe sent it. Raises BadSignature."""
        return webhook.verify(raw, headers, self._config.webhook_secrets, self._clock())

    def interpret(self, event: VerifiedEvent) -> list[Fact]:
        """Which objects it is about."""
        return webhook.interpret(event)

    async def fetch(self, fact: Fact, *, about: Context = NOTHING) -> tuple[Snapshot, ...] | Failure:
        """The truth about it; () for an object of the other mode, test or live, which this key cannot see."""
        if fact.livemode is not self._config.livemode:
            return ()
        return await self._lookup.fetch(fact, about)

    async def list_since(
        self, since: datetime, *, about: Context = NOTHING
    ) -> AsyncIterator[Snapshot | Failure]:
        """Snapshots of all objects that events since then are about, oldest first, each object once.

        Stripe keeps events for 30 days and lists them whether or not a webhook arrived.
        """
        facts: dict[tuple[str, str], Fact] = {}
        async for event in self._lookup.events(since, about):
            if isinstance(event, Failure):
                yield event
                return
            for fact in webhook.interpret(event):
                facts.setdefault((fact.kind, fact.object_id), fact)
        for fact in reversed(facts.values()):
            found = await self.fetch(fact, about=about)
            if isinstance(found, Failure):
                yield found
                return
            for snapshot in found:
                yield snapshot

    async def _open_page(
        self,
        cmd: TopupCmd | SubscribeCmd | SaveMethodCmd,
        params: Callable[[str], SessionCreateParams],
        key: str,
        about: Context,
    ) -> Redirect | Failure:
        customer = cmd.customer or await self._new_customer(cmd.portal_id, about)
        if isinstance(customer, Failure):
            return customer
        try:
            wanted = params(customer)
        except AmountError as error:
            return refuse("amount", str(error))
        session = await self._wire.call(
            methods.CREATE_SESSION,
            lambda client: client.v1.checkout.sessions.create_async(wanted, {"idempotency_key": key}),
            lambda found: msgspec.convert(found, Session),
            about,
        )
        if isinstance(session, Failure):
            return session
        ids = Ids(payment_id=cmd.payment_id, portal_id=cmd.portal_id, checkout=session.id, customer=customer)
        return self._redirect(session.id, session.url, session.expires_at, ids)

    def _redirect(self, ref: str, url: str | None, expires_at: int | None, ids: Ids) -> Redirect | Failure:
        if url is None:
            return refuse("page_closed", "this page is closed already", Actor.ADMINISTRATOR)
        if not pages.is_page_of(url, self._config.page_origins):
            return refuse(
                "foreign_page", "Stripe's page is at an address that we do not know", policy=Policy.FIX
            )
        until = instant(expires_at) if expires_at else None
        return Redirect(provider_ref=ref, url=url, expires_at=until, ids=ids)

    async def _new_customer(self, portal_id: str, about: Context) -> str | Failure:
        """One customer a portal; nothing in the request may change from one call to the next."""
        return await self._wire.call(
            methods.CREATE_CUSTOMER,
            lambda client: client.v1.customers.create_async(
                {"metadata": {"portal_id": portal_id}}, {"idempotency_key": f"customer:{portal_id}"}
            ),
            lambda found: str(found["id"]),
            about,
        )

    async def _own_configuration(self, about: Context) -> str | Failure:
        if self._portal_configuration is None:
            found = await self._lookup.portal_configuration(about)
            if found is None:
                found = await self._wire.call(
                    methods.CREATE_PORTAL_CONFIGURATION,
                    lambda client: client.v1.billing_portal.configurations.create_async(
                        pages.portal_configuration(),
                        {"idempotency_key": f"portal-configuration:{pages.PORTAL_VERSION}"},
                    ),
                    lambda made: str(made["id"]),
                    about,
                )
            if isinstance(found, Failure):
                return found
            self._portal_configuration = found
        return self._portal_configuration

    async def _unless_it_stands(
        self, outcome: SubSnapshot | Failure, ref: str, wanted: SubState, about: Context
    ) -> SubSnapshot | Failure:
        """A change that Stripe refuses because it was made already is success."""
        if isinstance(outcome, Failure) and outcome.http_status in (400, 404):
            now = await self.get_subscription(ref, about=about)
            if isinstance(now, SubSnapshot) and now.state is wanted:
                return now
        return outcome

    def _age(self, cmd: RechargeCmd) -> timedelta:
        return datetime.fromtimestamp(self._clock(), UTC) - cmd.begun_at


def _subscription(found: dict[str, Any]) -> SubSnapshot:
    return subscription_of(msgspec.convert(found, Subscription))


if TYPE_CHECKING:
    _stands_behind_the_port: Callable[..., PaymentProvider] = Stripe
