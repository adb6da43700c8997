"""A status of one of our messages, format v2 (contracts/gupshup.md §4.2), as `StatusChanged`.

Which id is which follows from the event's name and the field's name, not from the id's looks: on Cloud API
applications both can be UUIDs (§0 rules 2 and 4). One exception is certain: only WhatsApp writes `wamid.`.
"""

from __future__ import annotations

from typing import Any, Final

from connectors.gupshup.events import Alias, StatusChanged
from connectors.gupshup.failures import policy_of
from connectors.gupshup.wire import digits_of, first_text, instant_of, number_of, object_of, text_of

_ID_IS_OURS: Final = frozenset({"enqueued", "failed", "mismatch"})
"""Before WhatsApp has the message, a lone `id` is the gs id."""
EVENTS: Final = _ID_IS_OURS | {"sent", "delivered", "read", "deleted"}
"""Every value of `StatusChanged.event`."""


def status_of(
    event: str, payload: dict[str, Any], envelope: dict[str, Any], arrived_at: str | None
) -> StatusChanged:
    """Read one status of a known `event`; `arrived_at`, the envelope's instant, stands in for `ts`."""
    inner = object_of(payload.get("payload"))
    keys = _keys_of(event, payload, inner)
    code = text_of(inner.get("code")) if event == "failed" else None
    happened_at = instant_of(inner.get("ts"))
    alias = _alias_of(inner) if event == "mismatch" else None
    doubts = [*envelope["doubts"]] if happened_at is None else []
    if happened_at is None and inner.get("ts") is not None and "timestamp" not in doubts:
        doubts.append("timestamp")
    if not keys:
        doubts.append("keys")
    if event == "mismatch" and alias is None:
        doubts.append("alias")
    return StatusChanged(
        **{**envelope, "doubts": doubts},
        event=event,
        keys=keys,
        destination=number_of(payload.get("destination")),
        code=code,
        reason=text_of(inner.get("reason")) if event == "failed" else None,
        policy=policy_of(code) if event == "failed" else None,
        alias=alias,
        pricing=object_of(payload.get("pricing")) or None,
        at=happened_at or arrived_at,
    )


def _keys_of(event: str, payload: dict[str, Any], inner: dict[str, Any]) -> dict[str, str]:
    ours, id_ = first_text(payload, "gsId", "gs_id"), text_of(payload.get("id"))
    theirs = text_of(inner.get("whatsappMessageId")) if event == "enqueued" else None
    if event in _ID_IS_OURS and ours is None and not (id_ or "").startswith("wamid."):
        ours = id_
    elif theirs is None and id_ != ours:
        theirs = id_
    return {name: key for name, key in (("gs", ours), ("wa", theirs)) if key is not None}


def _alias_of(inner: dict[str, Any]) -> Alias | None:
    wa_id, phone = digits_of(inner.get("wa_id")), digits_of(inner.get("phone"))
    return Alias(wa_id=wa_id, phone=phone) if wa_id and phone else None
