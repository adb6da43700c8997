"""Top-ups that repeat at the provider and are to end, because a customer said so: told until he has it.

All money that came stays in the balance, so the end is at once, whatever was paid ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.paying import Paying, about_payment
from connectors.outside import Failure, Policy


class Schedules:
    """What of `billing.payment_schedule` is to end. Any number of workers may run it."""

    def __init__(self, paying: Paying) -> None:
        self._paying = paying

    async def due(self) -> None:
        """Take every end that is due to its provider."""
        for row in await self._paying.database.call("billing.claim_schedules"):
            outcome, code = await self._end(row)
            arguments = {
                "p_portal_id": row["portal_id"],
                "p_payment_id": row["payment_id"],
                "p_outcome": outcome,
                "p_code": code,
            }
            await self._paying.database.call("billing.settle_schedule", arguments)

    async def _end(self, row: Mapping[str, Any]) -> tuple[str, str | None]:
        """What to note, and the provider's code. Where nobody agreed yet there may be a page to close."""
        account = self._paying.accounts.get(row["provider"])
        if account is None or account.livemode is not row["livemode"]:
            return "later", "no_provider"
        about, ids = about_payment(row["portal_id"], row["payment_id"]), row["ids"]
        if row["state"] == "pending":
            if (page := ids.get("checkout")) is None:
                return "ended", None
            closed = await account.provider.cancel_topup(page, about=about)
            return ("later", closed.code) if isinstance(closed, Failure) else ("ended", None)
        if (ref := ids.get("subscription")) is None:
            return "later", "no_subscription"
        ended = await account.provider.cancel_subscription(ref, at_period_end=False, about=about)
        if isinstance(ended, Failure) and not (ended.policy is Policy.NEVER and ended.http_status == 404):
            return "later", ended.code
        return "ended", None
