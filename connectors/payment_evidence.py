"""Facts about money as a payment provider tells them: all that `billing.settle_payment` books."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from connectors.money import ProviderName


class Ids(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ours and the provider's ids of one matter; SQL binds the provider's to the portal before posting."""

    payment_id: str | None = None
    """Ours (`billing.payment`), as it came back in the provider's metadata: a claim, to be checked by SQL."""
    portal_id: str | None = None
    """Ours, likewise."""
    refund_id: str | None = None
    """Ours, of a refund that we asked for."""
    checkout: str | None = None
    """Stripe `cs_…`; PayPal's order."""
    payment: str | None = None
    """Where the money is: Stripe `pi_…`; PayPal's capture or sale."""
    charge: str | None = None
    invoice: str | None = None
    subscription: str | None = None
    customer: str | None = None
    method: str | None = None
    """A saved card, `pm_…`: a reference, no card data."""
    refund: str | None = None
    dispute: str | None = None


class EvidenceKind(StrEnum):
    """What `billing.settle_payment` books (§4.4)."""

    TOPUP = "topup"
    """Money arrived, also of a recharge and of a period of a scheduled top-up."""
    FEE = "fee"
    """The provider's fee for one payment became known; our expense."""
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE_OPENED = "dispute_opened"
    """Only a case: no money moved. Freezes auto-recharge and is listed with `due_by`."""
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_REINSTATED = "dispute_reinstated"
    DISPUTE_CLOSED = "dispute_closed"
    """No money moves by it; `status` is `won`, `lost`, `prevented` or `closed` (an inquiry)."""
    DECLINED = "declined"
    """An attempt ended without money; `reason` is the provider's code."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about money, read from the provider; `to_builtins` makes it an item for `settle_payment`.

    The same fact read by another way has the same key, kind, amount and currency; its `ids` may be fewer (the
    payment alone does not name its page).

    Business keys, unique for ever: `stripe:pi:<id>`, `stripe:in:<id>` (recurring), `paypal:capture:<id>`,
    `paypal:sale:<id>`; a fee is `<key of the payment>:fee`; `stripe:re:<id>`, `paypal:refund:<id>` and their
    `…:failed`; `stripe:dp:<id>:opened|withdrawn|reinstated|closed`, `paypal:reversal:<id>`,
    `paypal:dispute:<id>:opened|closed`; a decline is `<key of the payment>:declined:<attempt's own id>`.
    """

    provider: ProviderName
    business_key: str
    kind: EvidenceKind
    amount: int
    """Millionths, never negative.

    Of a top-up: what the payer paid, tax included; the wallet gets `amount - tax`.
    """
    tax: int = 0
    """Millionths of `amount` that are tax (top-ups)."""
    fee: int = 0
    """Millionths in `currency`: the fee that comes with a dispute's withdrawal, or returns with its reversal.

    A payment's fee is an evidence of its own (`FEE`), because it may be known later and in another currency.
    """
    currency: str
    """ISO 4217, capitals."""
    ids: Ids
    at: datetime
    """When the provider says that it happened."""
    livemode: bool
    reason: str | None = None
    """The provider's own code: of a decline, of a dispute, of a refund's failure."""
    retry: Literal["never", "later"] | None = None
    """Of a decline: may the same method be charged again?"""
    status: str | None = None
    """Of a dispute: the provider's status."""
    due_by: datetime | None = None
    """Of a dispute: until when evidence is taken."""
