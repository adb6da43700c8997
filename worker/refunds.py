"""Refunds that staff asked for, taken to the provider; what he answers is booked as evidence, or noted.

The refund's id is the idempotency key, and the provider is asked for a refund of that id before one is made:
a command that is repeated after a silence finds what became of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog

from adapters.paying import Paying, about_payment
from connectors.outside import Failure, Policy
from connectors.payment_commands import RefundCmd
from connectors.payments import RefundSnapshot

_WORDS: Final = {
    "es": "Devolución de su recarga de WhatsApp",
    "en": "Refund of your WhatsApp top-up",
    "pt": "Reembolso da sua recarga do WhatsApp",
}
log = structlog.get_logger(__name__)


class Refunds:
    """What of `billing.refund` the provider is to be asked for. Any number of workers may run it."""

    def __init__(self, paying: Paying) -> None:
        self._paying = paying

    async def due(self) -> None:
        """Ask for every refund that is due."""
        for row in await self._paying.database.call("billing.claim_refunds"):
            outcome, code = await self._ask(row)
            arguments = {
                "p_portal_id": row["portal_id"],
                "p_refund_id": row["refund_id"],
                "p_outcome": outcome,
                "p_code": code,
            }
            if outcome is not None:
                await self._paying.database.call("billing.settle_refund", arguments)

    async def _ask(self, row: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """What to note of the answer, and the provider's code; None where its evidence is booked."""
        account = self._paying.accounts.get(row["provider"])
        if account is None or account.livemode is not row["livemode"]:
            return "later", "no_provider"
        about = about_payment(row["portal_id"], row["payment_id"])
        answer = await account.provider.refund(command_of(row), about=about)
        if isinstance(answer, RefundSnapshot) and answer.evidence:
            (booked, *_) = await self._paying.book([answer])
            if booked["outcome"] in ("done", "repeated", "waits", "moot"):
                return None, None
            log.error("refund_not_booked", outcome=booked["outcome"], reason=booked["reason"])
            return "taken", booked["reason"]
        return noted(answer)


def noted(answer: RefundSnapshot | Failure) -> tuple[str, str | None]:
    """What an answer without evidence is noted as (`billing.settle_refund`), with its code."""
    if isinstance(answer, RefundSnapshot):
        is_over = answer.state in ("failed", "cancelled")
        return ("refused", answer.reason or answer.state) if is_over else ("taken", None)
    return "refused" if answer.policy is Policy.NEVER else "later", answer.code


def command_of(row: Mapping[str, Any]) -> RefundCmd:
    """The command for a row of `billing.claim_refunds`."""
    return RefundCmd(
        refund_id=str(row["refund_id"]),
        payment_id=str(row["payment_id"]),
        portal_id=str(row["portal_id"]),
        payment=row["payment"],
        recurring=row["recurring"],
        amount=None if row["is_whole"] else row["amount"],
        currency=row["currency"],
        note=_WORDS[row["language"]],
    )
