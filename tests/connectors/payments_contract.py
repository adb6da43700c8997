"""What every payment provider must do, whoever it is: the contract suite of the port (payments.md §7).

A provider joins with a test module that subclasses `PaymentsContract` and has a fixture `stage`: its
connector on its simulator. What a provider cannot do by its `capabilities` is not asked of it.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
import pytest
from litestar import Litestar, Request, post
from litestar.datastructures import State
from litestar.params import FromPath

from connectors.money import MICROS
from connectors.outside import Exchange, Failure, Policy
from connectors.payment_commands import RefundCmd, TopupCmd
from connectors.payment_evidence import Evidence, EvidenceKind
from connectors.payments import (
    BadSignature,
    PaymentProvider,
    PaymentSnapshot,
    PaymentState,
    Redirect,
    RefundSnapshot,
)

BEGUN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Raw(msgspec.Struct):
    """A webhook as it arrived."""

    body: bytes
    headers: dict[str, str]


class Inbox:
    """What stands for our webhook: keeps the raw deliveries, answers 200."""

    def __init__(self) -> None:
        self.all: list[Raw] = []

    def app(self) -> Litestar:
        @post("/{path:path}", status_code=200)
        async def receive(path: FromPath[str], request: Request[Any, Any, State]) -> None:
            del path
            self.all.append(Raw(await request.body(), dict(request.headers)))

        return Litestar([receive], logging_config=None)


class Kept:
    """A journal whose exchanges can be looked at."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


class PaymentsStage(Protocol):
    """A provider on its simulator, and what a payer, a bank and the network do there."""

    provider: PaymentProvider
    inbox: Inbox
    journal: Kept
    secrets: tuple[str, ...]
    """Texts that must appear in no record."""

    async def pays(self, page: Redirect) -> None:
        """The payer pays on the page and closes the tab."""

    async def refund_fails(self, refund: str) -> None:
        """The payer's bank sends a refund back."""

    async def disputes(self, payment: str) -> str:
        """The payer's bank takes the money back; the dispute's id."""

    async def wins(self, dispute: str) -> None:
        """We win the dispute and the money returns."""

    async def faults(self, **faults: float) -> None:
        """From now on our calls meet these faults (`sandbox.faults.PartyFaults`); none: all is well."""

    async def silence(self) -> None:
        """No webhook is sent from now on."""

    def now(self) -> datetime:
        """The simulator's time."""


def topup(payment_id: str, now: datetime, amount: int = 20 * MICROS, **more: Any) -> TopupCmd:
    """A command to pay."""
    return TopupCmd(
        **{
            "payment_id": payment_id,
            "portal_id": "portal-1",
            "amount": amount,
            "currency": "USD",
            "description": "Saldo de WhatsApp",
            "return_url": "https://app.example.com/pay/return/abc",
            "cancel_url": "https://app.example.com/pay/cancel/abc",
            "expires_at": now + timedelta(hours=2),
            **more,
        }
    )


def refund_of(payment: PaymentSnapshot, refund_id: str, amount: int | None) -> RefundCmd:
    """A command to give back."""
    return RefundCmd(
        refund_id=refund_id,
        payment_id=payment.ids.payment_id or "",
        portal_id="portal-1",
        payment=payment.ids.payment or "",
        amount=amount,
        currency="USD",
    )


def booked(evidence: list[Evidence] | tuple[Evidence, ...]) -> dict[str, tuple[EvidenceKind, int]]:
    """What the ledger would hold: each business key once."""
    found: dict[str, tuple[EvidenceKind, int]] = {}
    for one in evidence:
        assert (one.kind, one.amount) == found.setdefault(one.business_key, (one.kind, one.amount))
    return found


def moved(evidence: list[Evidence] | tuple[Evidence, ...]) -> int:
    """Millionths that the provider owes us after all of it, fees aside."""
    signs = {
        EvidenceKind.TOPUP: 1,
        EvidenceKind.REFUND: -1,
        EvidenceKind.REFUND_FAILED: 1,
        EvidenceKind.DISPUTE_WITHDRAWN: -1,
        EvidenceKind.DISPUTE_REINSTATED: 1,
    }
    return sum(signs.get(kind, 0) * amount for kind, amount in booked(evidence).values())


async def arrived(stage: PaymentsStage, least: int = 1) -> list[Raw]:
    """The webhooks, once `least` came and no more came for a moment."""
    deadline = asyncio.get_running_loop().time() + 8
    while True:
        before = len(stage.inbox.all)
        await asyncio.sleep(0.15)
        if before >= least and before == len(stage.inbox.all):
            return list(stage.inbox.all)
        assert asyncio.get_running_loop().time() < deadline, "no webhook came"


async def told(stage: PaymentsStage, deliveries: list[Raw]) -> list[Evidence]:
    """What the worker would book for these deliveries, in this order."""
    found: list[Evidence] = []
    for delivery in deliveries:
        event = await stage.provider.verify_webhook(delivery.body, delivery.headers)
        for fact in stage.provider.interpret(event):
            snapshots = await stage.provider.fetch(fact)
            assert not isinstance(snapshots, Failure)
            found += [one for snapshot in snapshots for one in snapshot.evidence]
    return found


@pytest.mark.requirement("R4-c", "R2.3-b")
class PaymentsContract:
    """Behaviours that no provider may lack."""

    async def opened(self, stage: PaymentsStage, **more: Any) -> Redirect:
        page = await stage.provider.create_topup(topup("p-1", stage.now(), **more))
        assert isinstance(page, Redirect), page
        return page

    async def paid(self, stage: PaymentsStage, **more: Any) -> PaymentSnapshot:
        page = await self.opened(stage, **more)
        await stage.pays(page)
        snapshot = await stage.provider.confirm(page.provider_ref)
        assert isinstance(snapshot, PaymentSnapshot), snapshot
        return snapshot

    async def test_a_page_that_is_paid_is_one_topup_however_often_it_is_asked(
        self, stage: PaymentsStage
    ) -> None:
        page = await self.opened(stage)
        before = await stage.provider.confirm(page.provider_ref)
        assert isinstance(before, PaymentSnapshot)
        assert (PaymentState.OPEN, ()) == (before.state, before.evidence)
        await stage.pays(page)
        evidence: list[Evidence] = []
        for _ in range(3):
            after = await stage.provider.confirm(page.provider_ref)
            assert isinstance(after, PaymentSnapshot), after
            assert PaymentState.SUCCEEDED == after.state
            assert ("p-1", "portal-1") == (after.ids.payment_id, after.ids.portal_id)
            evidence += after.evidence
        assert 20 * MICROS == moved(evidence)
        (arrival,) = (one for one in after.evidence if one.kind is EvidenceKind.TOPUP)
        assert ("USD", False, 0) == (arrival.currency, arrival.livemode, arrival.tax)

    async def test_tax_on_top_is_told_apart(self, stage: PaymentsStage) -> None:
        snapshot = await self.paid(stage, tax=3_200_000, tax_label="IVA 16 %")
        (arrival,) = (one for one in snapshot.evidence if one.kind is EvidenceKind.TOPUP)
        assert (23_200_000, 3_200_000) == (arrival.amount, arrival.tax)

    async def test_the_same_command_opens_the_same_page(self, stage: PaymentsStage) -> None:
        command = topup("p-1", stage.now())
        first, second = [await stage.provider.create_topup(command) for _ in range(2)]
        assert isinstance(first, Redirect)
        assert isinstance(second, Redirect)
        assert first.provider_ref == second.provider_ref

    async def test_a_page_whose_answer_was_lost_is_the_same_page_afterwards(
        self, stage: PaymentsStage
    ) -> None:
        command = topup("p-1", stage.now())
        await stage.faults(drop_response=1)
        lost = await stage.provider.create_topup(command)
        assert isinstance(lost, Failure)
        assert lost.policy in (Policy.RETRY, Policy.UNKNOWN)
        await stage.faults()
        page = await stage.provider.create_topup(command)
        again = await stage.provider.create_topup(command)
        assert isinstance(page, Redirect)
        assert isinstance(again, Redirect)
        assert page.provider_ref == again.provider_ref

    async def test_an_amount_that_the_provider_cannot_express_is_refused_without_a_payment_page(
        self, stage: PaymentsStage
    ) -> None:
        for amount, currency in ((10_001, "USD"), (20 * MICROS, "XXX"), (500_000, "JPY"), (0, "USD")):
            command = topup("p-9", stage.now(), amount=amount, currency=currency)
            refused = await stage.provider.create_topup(command)
            assert isinstance(refused, Failure)
            assert Policy.NEVER == refused.policy

    async def test_every_order_and_repetition_of_the_webhooks_is_one_topup(
        self, stage: PaymentsStage
    ) -> None:
        await self.paid(stage)
        deliveries = await arrived(stage)
        for seed in range(2):
            order = deliveries * 2
            random.Random(seed).shuffle(order)
            assert 20 * MICROS == moved(await told(stage, order))

    async def test_a_changed_body_and_a_stranger_are_refused(self, stage: PaymentsStage) -> None:
        await self.paid(stage)
        (delivery, *_) = await arrived(stage)
        for body, headers in (
            (delivery.body + b" ", delivery.headers),
            (delivery.body.replace(b"USD", b"EUR").replace(b"usd", b"eur") + b"\n", delivery.headers),
            (delivery.body, {}),
            (b"\xff\xfe\x00", delivery.headers),
            (b"", delivery.headers),
        ):
            with pytest.raises(BadSignature):
                await stage.provider.verify_webhook(body, headers)

    async def test_a_payment_whose_webhooks_were_lost_is_found_by_the_list(
        self, stage: PaymentsStage
    ) -> None:
        await stage.silence()
        begun = stage.now() - timedelta(minutes=1)
        await self.paid(stage)
        found: list[Evidence] = []
        async for snapshot in stage.provider.list_since(begun):
            assert not isinstance(snapshot, Failure), snapshot
            found += snapshot.evidence
        assert 20 * MICROS == moved(found)
        assert [] == stage.inbox.all

    async def test_partial_refunds_are_exact_to_the_cent_and_never_more_than_was_paid(
        self, stage: PaymentsStage
    ) -> None:
        payment = await self.paid(stage)
        evidence = list(payment.evidence)
        for number, amount in enumerate((6_670_000, 6_670_000, 6_660_000)):
            made = await stage.provider.refund(refund_of(payment, f"r-{number}", amount))
            assert isinstance(made, RefundSnapshot), made
            assert ("succeeded", amount, f"r-{number}") == (made.state, made.amount, made.ids.refund_id)
            evidence += made.evidence
        assert 0 == moved(evidence)
        over = await stage.provider.refund(refund_of(payment, "r-9", 10_000))
        assert isinstance(over, Failure)
        assert Policy.NEVER == over.policy

    async def test_the_same_refund_twice_gives_back_once(self, stage: PaymentsStage) -> None:
        payment = await self.paid(stage)
        command = refund_of(payment, "r-1", 5 * MICROS)
        first, second = [await stage.provider.refund(command) for _ in range(2)]
        assert isinstance(first, RefundSnapshot)
        assert isinstance(second, RefundSnapshot)
        assert first.provider_ref == second.provider_ref

    async def test_a_refund_whose_answer_was_lost_is_never_given_twice(self, stage: PaymentsStage) -> None:
        payment = await self.paid(stage)
        command = refund_of(payment, "r-1", 5 * MICROS)
        await stage.faults(drop_response=1)
        lost = await stage.provider.refund(command)
        assert isinstance(lost, Failure)
        assert lost.policy in (Policy.UNKNOWN, Policy.RETRY)
        await stage.faults()
        made = await stage.provider.refund(command)
        again = await stage.provider.refund(command)
        assert isinstance(made, RefundSnapshot)
        assert isinstance(again, RefundSnapshot)
        assert made.provider_ref == again.provider_ref

    async def test_a_refund_that_fails_later_leaves_nothing_moved(self, stage: PaymentsStage) -> None:
        payment = await self.paid(stage)
        made = await stage.provider.refund(refund_of(payment, "r-1", None))
        assert isinstance(made, RefundSnapshot)
        assert 0 == moved([*payment.evidence, *made.evidence])
        await stage.refund_fails(made.provider_ref)
        evidence = await told(stage, await arrived(stage, 3))
        assert 20 * MICROS == moved([*payment.evidence, *made.evidence, *evidence])

    async def test_a_dispute_takes_the_money_and_one_that_is_won_gives_it_back(
        self, stage: PaymentsStage
    ) -> None:
        payment = await self.paid(stage)
        dispute = await stage.disputes(payment.ids.payment or "")
        before = [*payment.evidence, *await told(stage, await arrived(stage, 3))]
        assert 0 == moved(before)
        (opened,) = {one.business_key for one in before if one.kind is EvidenceKind.DISPUTE_OPENED}
        assert opened
        assert any(one.due_by for one in before if one.kind is EvidenceKind.DISPUTE_OPENED)
        stage.inbox.all.clear()
        await stage.wins(dispute)
        assert 20 * MICROS == moved([*before, *await told(stage, await arrived(stage))])

    @pytest.mark.parametrize("fault", ["http_500", "http_503", "html_502", "drop_request"])
    async def test_no_trouble_of_the_provider_is_more_than_a_failure(
        self, stage: PaymentsStage, fault: str
    ) -> None:
        page = await self.opened(stage)
        await stage.faults(**{fault: 1})
        failed = await stage.provider.confirm(page.provider_ref)
        assert isinstance(failed, Failure)
        assert Policy.RETRY == failed.policy
        await stage.faults()
        assert isinstance(await stage.provider.confirm(page.provider_ref), PaymentSnapshot)

    async def test_no_secret_and_no_card_is_recorded(self, stage: PaymentsStage) -> None:
        payment = await self.paid(stage, email="payer@example.com")
        await stage.provider.refund(refund_of(payment, "r-1", 5 * MICROS))
        recorded = repr([msgspec.to_builtins(one) for one in stage.journal.exchanges])
        assert stage.journal.exchanges
        for secret in (*stage.secrets, "payer@example.com", "4242"):
            assert secret not in recorded
