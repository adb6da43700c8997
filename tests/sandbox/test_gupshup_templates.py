"""The simulated templates keep to the contract (gupshup.md §2.2, §2.5, §3, §4.6)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

pytestmark = pytest.mark.requirement("R2.1-c")
FORM = {
    "elementName": "cita",
    "languageCode": "es",
    "category": "UTILITY",
    "templateType": "TEXT",
    "vertical": "cita",
    "content": "Hola {{1}}, el {{2}}.",
    "example": "Hola [Ana], el [lunes].",
}


async def _create(stage: Stage, **fields: str) -> httpx.Response:
    form = {**FORM, **fields}
    return await stage.http.post(stage.url("/template"), data=form, headers={"apikey": stage.app["key"]})


async def _send(stage: Stage, template: Any, **fields: str) -> httpx.Response:
    form = {
        "channel": "whatsapp",
        "source": stage.app["phone"],
        "destination": "51987654321",
        "src.name": stage.app["name"],
        "template": json.dumps(template),
        **fields,
    }
    url = f"{stage.base}/gupshup/wa/api/v1/template/msg"
    return await stage.http.post(url, data=form, headers={"apikey": stage.app["key"]})


async def test_a_template_is_pending_then_approved_and_told(stage: Stage) -> None:
    answer = (await _create(stage)).json()
    assert ("success", "PENDING") == (answer["status"], answer["template"]["status"])
    (told,) = await until(lambda: stage.receiver.of_type("template-event"))
    assert ("status-update", "approved", "cita") == tuple(
        told["payload"][name] for name in ("type", "status", "elementName")
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"elementName": "Con Mayúsculas"},
        {"content": "x" * 1025},
        {"example": "Hola {{1}}, el {{2}}."},
        {"example": "Hola Ana."},
        {"templateType": "IMAGE"},
        {"category": "PROMO"},
        {"vertical": ""},
        {"buttons": '[{"type":"QUICK_REPLY","text":"un texto que es demasiado largo"}]'},
    ],
)
async def test_what_is_not_as_documented_is_refused(stage: Stage, fields: dict[str, str]) -> None:
    answer = await _create(stage, **fields)
    assert (400, "error") == (answer.status_code, answer.json()["status"])


async def test_a_name_is_taken_in_its_language(stage: Stage) -> None:
    assert 200 == (await _create(stage)).status_code
    assert 400 == (await _create(stage)).status_code
    assert 200 == (await _create(stage, languageCode="en")).status_code


@pytest.mark.parametrize(
    ("status", "params", "code"),
    [("APPROVED", ["Ana"], 132000), ("PAUSED", ["Ana", "7"], 132015), ("REJECTED", ["Ana", "7"], 132001)],
)
async def test_what_whatsapp_objects_to_is_taken_and_fails_later(
    stage: Stage, status: str, params: list[str], code: int
) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['name']}", {"template_review": "wait"})
    template = (await _create(stage)).json()["template"]
    await stage.post(f"/sandbox/gupshup/templates/{template['id']}", {"status": status})
    answer = await _send(stage, {"id": template["id"], "params": params})
    assert 202 == answer.status_code
    (failed,) = await until(lambda: stage.receiver.of_type("message-event", "failed"))
    assert code == failed["payload"]["payload"]["code"]


async def test_more_than_ten_calls_a_minute_are_too_many(stage: Stage) -> None:
    headers = {"apikey": stage.app["key"]}
    answers = [(await stage.http.get(stage.url("/template"), headers=headers)).status_code for _ in range(11)]
    assert [*[200] * 10, 429] == answers
