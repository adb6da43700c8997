"""The outbox to WhatsApp: what happens before a byte leaves is never ambiguous."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from adapters.portals import SqlBuckets
from runtime.database import Database
from runtime.secrets import Box, generate_key
from tests.worker.conftest import BOX, House, Owner
from worker.to_whatsapp import ToWhatsApp

pytestmark = pytest.mark.requirement("R2.2-a")

_LATER = 60.0


class CountedBuckets(SqlBuckets):
    """Buckets that know how often the database was asked for a number's turn."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked = 0

    async def take_from(self, portal_id: str, bucket: str, key: str, n: float = 1) -> float:
        self.asked += bucket == "number"
        return await super().take_from(portal_id, bucket, key, n)


def _sender(house: House, *, box: Box = BOX, buckets: SqlBuckets | None = None) -> ToWhatsApp:
    return ToWhatsApp(house.gupshup, buckets or house.portals.buckets, house.shelf, box)


async def _claimed(house: House, *texts: str) -> list[dict[str, Any]]:
    for number, text in enumerate(texts):
        phone = f"52155512300{number:02d}"
        house.customer_writes("hola", phone)
        house.operator_writes(text, f"{100 + number}", phone)
    return await house.claims("out")


async def test_a_message_that_gupshup_took_is_known_by_gupshup_s_id(house: House) -> None:
    (claim,) = await _claimed(house, "Buenos días")
    (item,) = await _sender(house).send([claim], time.monotonic() + _LATER)
    assert ("accepted", {"gs": "gs-1"}) == (item["outcome"], item["keys"])


async def test_nothing_leaves_after_the_last_moment_to_leave(house: House) -> None:
    (claim,) = await _claimed(house, "Buenos días")
    (item,) = await _sender(house).send([claim], time.monotonic() - 0.001)
    assert ("retry", "lease_nearly_over") == (item["outcome"], item["code"])
    assert [] == house.outside.asked


async def test_a_key_that_cannot_be_opened_waits_for_a_person_and_is_no_unknown(
    house: House, owner: Owner
) -> None:
    (claim,) = await _claimed(house, "Buenos días")
    (item,) = await _sender(house, box=Box([generate_key()])).send([claim], time.monotonic() + _LATER)
    assert ("failed", "fix", "key_unreadable") == (item["outcome"], item["policy"], item["code"])
    await house.database.call("messaging.settle", {"p_items": [item]})
    assert ["queued"] == house.states("out")
    state = "select state from tenancy.channel where channel_id = %s"
    assert "attention" == owner.value(state, house.channel)


async def test_a_mistake_of_ours_before_sending_is_tried_again_and_is_no_unknown(house: House) -> None:
    (claim,) = await _claimed(house, "Buenos días")
    (item,) = await _sender(house).send([{**claim, "contact": None}], time.monotonic() + _LATER)
    assert ("retry", "fault") == (item["outcome"], item["code"])
    assert [] == house.outside.asked


async def test_messages_of_a_number_wait_in_a_row_and_only_the_first_asks(house: House, owner: Owner) -> None:
    claims = await _claimed(house, *(f"m{number}" for number in range(15)))
    phone = claims[0]["channel"]["phone"]
    buckets = CountedBuckets(house.database)
    await buckets.take_from(house.portal, "number", phone)
    owner.rows("update messaging.bucket set tokens = 0 where portal_id = %s", house.portal)
    buckets.asked = 0
    sender = _sender(house, buckets=buckets)
    leave_by = time.monotonic() + _LATER
    outcomes = await asyncio.gather(*(sender.send([claim], leave_by) for claim in claims))
    assert {"accepted"} == {item["outcome"] for (item,) in outcomes}
    assert buckets.asked <= 3 * len(claims)


async def test_a_number_that_is_closed_for_long_does_not_keep_its_messages_waiting(house: House) -> None:
    (claim,) = await _claimed(house, "Buenos días")
    await house.portals.buckets.close(house.portal, "number", claim["channel"]["phone"], 30)
    (item,) = await _sender(house).send([claim], time.monotonic() + _LATER)
    assert ("retry", "rate_limit") == (item["outcome"], item["code"])
    assert 25 < item["retry_after_s"] <= 30


async def test_too_many_requests_pause_the_number_for_as_long_as_gupshup_says(house: House) -> None:
    async def too_many(_: dict[str, Any]) -> Any:
        raise web.HTTPTooManyRequests(headers={"Retry-After": "17"})

    house.outside.answers["msg"] = too_many
    (claim,) = await _claimed(house, "Buenos días")
    (item,) = await _sender(house).send([claim], time.monotonic() + _LATER)
    assert "retry" == item["outcome"]
    phone = claim["channel"]["phone"]
    assert 12 < await house.portals.buckets.take_from(house.portal, "number", phone) <= 17
