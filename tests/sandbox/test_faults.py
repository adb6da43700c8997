"""Faults on demand: validated, counted, statistically right, and visible to a real client."""

from __future__ import annotations

import httpx
import pytest

from sandbox.faults import Faults, FaultSettings, PartyFaults
from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

pytestmark = pytest.mark.requirement("R2.2-b")

TEXT = {"type": "text", "text": "hola"}


async def test_a_dropped_response_closes_the_connection_after_the_effect(stage: Stage) -> None:
    await stage.put("/sandbox/faults", {"gupshup": {"drop_response": 1}})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await stage.send(TEXT)
    assert [one["direction"] for one in await stage.conversation()] == ["out"]
    assert (await stage.get("/sandbox/faults"))["counts"]["gupshup"]["drop_response"] == 1


async def test_a_dropped_request_closes_the_connection_before_any_effect(stage: Stage) -> None:
    await stage.put("/sandbox/faults", {"gupshup": {"drop_request": 1}})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await stage.send(TEXT)
    assert (await stage.http.get(f"{stage.base}/sandbox/whatsapp/51987654321/messages")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("http_500", 500, "application/json"),
        ("http_503", 503, "application/json"),
        ("html_502", 502, "text/html; charset=utf-8"),
    ],
)
async def test_an_http_fault_has_no_effect(stage: Stage, kind: str, status: int, content_type: str) -> None:
    await stage.put("/sandbox/faults", {"gupshup": {kind: 1}})
    answer = await stage.send(TEXT)
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
    await stage.put("/sandbox/faults", {})
    assert (await stage.http.get(f"{stage.base}/sandbox/whatsapp/51987654321/messages")).status_code == 404


async def test_duplicated_callbacks_arrive_twice(stage: Stage) -> None:
    await stage.put("/sandbox/faults", {"gupshup": {"duplicate": 1}})
    await stage.writes()
    await until(lambda: len(stage.receiver.all) == 2)
    assert stage.receiver.all[0].body == stage.receiver.all[1].body


async def test_reordered_callbacks_are_passed_by_later_ones(stage: Stage) -> None:
    texts = [str(number) for number in range(20)]
    await stage.put("/sandbox/faults", {"gupshup": {"reorder": 0.3}, "seed": 3})
    for text in texts:
        await stage.writes(text)
    await until(lambda: len(stage.receiver.all) == len(texts))
    arrived = [one.body["payload"]["payload"]["text"] for one in stage.receiver.all]
    assert sorted(arrived, key=int) == texts
    assert arrived != texts


async def test_delays_keep_the_order(stage: Stage) -> None:
    texts = [str(number) for number in range(20)]
    await stage.put("/sandbox/faults", {"gupshup": {"delay_ms": [0, 80]}})
    for text in texts:
        await stage.writes(text)
    await until(lambda: len(stage.receiver.all) == len(texts))
    assert [one.body["payload"]["payload"]["text"] for one in stage.receiver.all] == texts


async def test_bitrix24_meets_its_own_faults_and_gupshup_none(stage: Stage) -> None:
    await stage.post("/sandbox/bitrix24/portals", {"name": "demo"})
    await stage.put("/sandbox/faults", {"bitrix24": {"drop_response": 1}})
    assert (await stage.send(TEXT)).status_code == 202
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await stage.http.post(f"{stage.base}/portals/demo/rest/server.time", json={})


WRONG: list[tuple[object, str]] = [
    ({"gupshup": {"duplicated": 0.1}}, "duplicated"),
    ({"whatsapp": {}}, "whatsapp"),
    ({"gupshup": {"http_500": 1.5}}, "$.gupshup.http_500"),
    ({"bitrix24": {"reorder": -0.1}}, "$.bitrix24.reorder"),
    ({"gupshup": {"reorder": "often"}}, "$.gupshup.reorder"),
    ({"gupshup": {"delay_ms": [300, 0]}}, "delay_ms"),
    ({"gupshup": {"http_500": 0.6, "drop_response": 0.6}}, "add up"),
]


async def test_wrong_settings_are_400_and_say_which(empty_stage: Stage, subtests: pytest.Subtests) -> None:
    for body, named in WRONG:
        with subtests.test(named):
            answer = await empty_stage.put("/sandbox/faults", body)
            assert answer.status_code == 400
            assert named in answer.json()["error"]
            assert answer.json()["what_to_do"]


async def test_settings_are_shown_with_counts_and_replaced_whole(empty_stage: Stage) -> None:
    asked = {"duplicate": 0.1, "reorder": 0.1, "drop_response": 0.05, "http_500": 0.05, "delay_ms": [0, 300]}
    put = await empty_stage.put("/sandbox/faults", {"gupshup": asked, "bitrix24": asked})
    assert put.status_code == 200
    shown = await empty_stage.get("/sandbox/faults")
    rest = {"drop_request": 0, "http_503": 0, "html_502": 0}
    none = {**dict.fromkeys(asked, 0), **rest, "delay_ms": [0, 0]}
    assert shown == {
        "gupshup": {**asked, **rest},
        "bitrix24": {**asked, **rest},
        "stripe": none,
        "paypal": none,
        "counts": {"gupshup": {}, "bitrix24": {}, "stripe": {}, "paypal": {}},
    }
    await empty_stage.put("/sandbox/faults", {"gupshup": asked})
    assert (await empty_stage.get("/sandbox/faults"))["bitrix24"]["duplicate"] == 0


async def test_faults_come_as_often_as_asked() -> None:
    faults = Faults(seed=1)
    settings = PartyFaults(duplicate=0.1, drop_response=0.05, http_500=0.05, html_502=0.2)
    faults.put(FaultSettings(gupshup=settings))
    draws = 20_000
    for _ in range(draws):
        await faults.before("gupshup", "any")
        faults.copies("gupshup")
    for what, asked in {"duplicate": 0.1, "drop_response": 0.05, "http_500": 0.05, "html_502": 0.2}.items():
        # Five standard deviations at most: 0.015 for the widest of these.
        assert faults.counts["gupshup"][what] / draws == pytest.approx(asked, abs=0.015)
    assert set(faults.counts["gupshup"]) == {"duplicate", "drop_response", "http_500", "html_502"}
    assert await faults.before("bitrix24", "any") is None


async def test_a_seed_repeats_the_same_faults() -> None:
    def drawn() -> list[int]:
        faults = Faults()
        faults.put(FaultSettings(gupshup=PartyFaults(duplicate=0.5), seed=11))
        return [faults.copies("gupshup") for _ in range(50)]

    assert drawn() == drawn()
    assert set(drawn()) == {1, 2}
