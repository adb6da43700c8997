"""Top-ups that repeat by themselves, of many channels at once: their orders, and what their provider says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import psycopg


def ordered(channel: object, key: str) -> str:
    """Say, as JSON for `tests.opened`, that a top-up of 20 USD is to repeat each month for a channel."""
    return json.dumps({"kind": "scheduled", "every": "month", "channel_id": str(channel), "key": key})


def schedule(connection: psycopg.Connection[Any], channels: Sequence[tuple[object, object]]) -> None:
    """Every channel (portal, channel) gets such an order: `sub_<channel>` is the provider's subscription."""
    for portal, channel in channels:
        connection.execute(
            "select billing.note_schedule('stripe', jsonb_build_object('state', 'active', 'ids',"
            " jsonb_build_object('payment_id', tests.opened(%s, %s), 'subscription', %s::text)))",
            (portal, ordered(channel, f"order:{channel}"), f"sub_{channel}"),
        )


def paid(period: str, channel: object) -> str:
    """Give, in SQL, the evidence that a period (any name) of a channel's order was paid: 10 USD."""
    ids = json.dumps({"payment": f"pi_{period}_{channel}", "subscription": f"sub_{channel}"})
    return f"tests.proof('topup', 10000000, 'stripe:in:{period}:{channel}', '{ids}')"


def refunded(period: str, channel: object) -> str:
    """Give, in SQL, the evidence that half of it went back."""
    ids = json.dumps({"payment": f"pi_{period}_{channel}"})
    return f"tests.proof('refund', 5000000, 'stripe:re:{period}:{channel}', '{ids}')"
