"""The client against a real server on this machine that answers, cuts the line, or is not there."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from connectors.gupshup import methods
from connectors.gupshup.client import App, Business, Gupshup, OutboundMessage, Sent
from connectors.gupshup.exchange import Request, UnlistedMethodError
from connectors.outside import Actor, Context, Failure, Method, Policy, Retry
from connectors.redaction import Secret

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_TO = "5215512345678"
_TEXT = OutboundMessage(kind="text", destination=_TO, text="¿Qué tal? 😀 & más")
_ABOUT = Context(portal_id="p", channel_id="c", conversation_id="v", message_id="m")
_TAKEN = '{"status": "submitted", "messageId": "gs-1"}'


async def _failure(gupshup: Gupshup, app: App) -> Failure:
    outcome = await gupshup.send(app, _TEXT, about=_ABOUT)
    assert isinstance(outcome, Failure)
    return outcome


async def test_a_text_goes_out_as_the_form_that_gupshup_takes(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(202, _TAKEN)
    assert Sent(gs_id="gs-1") == await gupshup.send(app, _TEXT, about=_ABOUT)
    (asked,) = host.asked
    assert (asked.verb, asked.path) == ("POST", "/wa/api/v1/msg")
    assert asked.headers["apikey"] == "sk_the_application_key"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert json.loads(asked.form.pop("message")) == {
        "type": "text",
        "text": "¿Qué tal? 😀 & más",
        "previewUrl": True,
    }
    assert asked.form == {
        "channel": "whatsapp",
        "source": "5215550001111",
        "destination": _TO,
        "src.name": "DemoApp",
    }


_U = "https://files.example/a%20b.pdf?x=1"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            OutboundMessage(kind="image", destination=_TO, url=_U, text="mira", context_key="wamid.Q"),
            {
                "type": "image",
                "originalUrl": _U,
                "previewUrl": _U,
                "caption": "mira",
                "context": {"msgId": "wamid.Q"},
            },
        ),
        (
            OutboundMessage(kind="document", destination=_TO, url=_U),
            {"type": "file", "url": _U, "filename": "a b.pdf", "caption": ""},
        ),
        (
            OutboundMessage(kind="document", destination=_TO, url=_U, filename="Factura.pdf", text="t"),
            {"type": "file", "url": _U, "filename": "Factura.pdf", "caption": "t"},
        ),
        (
            OutboundMessage(kind="video", destination=_TO, url=_U),
            {"type": "video", "url": _U, "caption": ""},
        ),
        (OutboundMessage(kind="audio", destination=_TO, url=_U), {"type": "audio", "url": _U}),
        (OutboundMessage(kind="sticker", destination=_TO, url=_U), {"type": "sticker", "url": _U}),
    ],
)
async def test_each_kind_of_file_has_its_own_shape(
    message: OutboundMessage, expected: dict[str, Any], gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(202, _TAKEN)
    await gupshup.send(app, message, about=_ABOUT)
    assert json.loads(host.asked[0].form["message"]) == expected


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (OutboundMessage(kind="text", destination=_TO, text=" "), "text_missing"),
        (OutboundMessage(kind="text", destination=_TO, text="x" * 4097), "text_too_long"),
        (OutboundMessage(kind="image", destination=_TO), "url_missing"),
        (OutboundMessage(kind="audio", destination=_TO, url=_U, text="lost?"), "caption_not_possible"),
        (OutboundMessage(kind="image", destination=_TO, url=_U, text="x" * 1025), "caption_too_long"),
    ],
)
async def test_what_whatsapp_would_not_take_is_refused_before_anything_leaves(
    message: OutboundMessage, code: str, gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    outcome = await gupshup.send(app, message, about=_ABOUT)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy) == (code, Policy.NEVER)
    assert (host.asked, journal.exchanges) == ([], [])


async def test_json_that_calls_itself_html_is_read(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(202, _TAKEN, headers="Content-Type: text/html\r\n")
    assert Sent(gs_id="gs-1") == await gupshup.send(app, _TEXT, about=_ABOUT)


_HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
_ERROR = '{"status": "error", "message": "Something"}'


@pytest.mark.parametrize(
    ("status", "body", "policy", "code"),
    [
        (202, "", Policy.UNKNOWN, "not_json"),
        (202, "<html>ok</html>", Policy.UNKNOWN, "not_json"),
        (202, '{"status": "submitted"}', Policy.UNKNOWN, "incomplete_answer"),
        (202, '{"status": "submitted", "messageId": ""}', Policy.UNKNOWN, "incomplete_answer"),
        (200, _ERROR, Policy.NEVER, "refused"),
        (200, '{"status": "error", "messageId": "gs-1"}', Policy.UNKNOWN, "incomplete_answer"),
        (302, "", Policy.FIX, "http_302"),
        (400, _ERROR, Policy.NEVER, "http_400"),
        (400, '{"status":"error","message":"Invalid App Details"}', Policy.FIX, "http_400"),
        (401, _HTML, Policy.FIX, "http_401"),
        (403, "", Policy.FIX, "http_403"),
        (404, "", Policy.FIX, "http_404"),
        (408, "", Policy.RETRY, "http_408"),
        (413, "", Policy.NEVER, "http_413"),
        (429, _ERROR, Policy.RETRY, "http_429"),
        (500, _HTML, Policy.UNKNOWN, "http_500"),
        (500, _ERROR, Policy.RETRY, "http_500"),
        (502, _HTML, Policy.UNKNOWN, "http_502"),
        (502, _ERROR, Policy.UNKNOWN, "http_502"),
        (503, _ERROR, Policy.UNKNOWN, "http_503"),
        (504, "", Policy.UNKNOWN, "http_504"),
    ],
)
async def test_an_answer_to_a_send_says_whether_it_may_be_repeated(
    status: int, body: str, policy: Policy, code: str, gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    host.will(status, body)
    failure = await _failure(gupshup, app)
    assert (failure.policy, failure.code, failure.http_status) == (policy, code, status)
    assert failure.message
    assert "<" not in failure.message
    assert [(each.status, each.error) for each in journal.exchanges] == [(status, code)]
    assert len(host.asked) == 1


async def test_later_is_a_number_of_seconds(gupshup: Gupshup, host: Any, app: App) -> None:
    for header, seconds in (("7", 7.0), ("nan", None), ("Wed, 21 Oct 2026", None), ("1e9", 3600.0)):
        host.will(429, _ERROR, headers=f"Retry-After: {header}\r\n")
        assert (await _failure(gupshup, app)).retry_after_s == seconds


async def test_a_line_cut_after_the_body_leaves_the_send_unknown(
    gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    host.answers.append(None)
    failure = await _failure(gupshup, app)
    assert (failure.policy, failure.code) == (Policy.UNKNOWN, "no_answer")
    assert len(host.asked) == 1
    assert [(each.status, each.error) for each in journal.exchanges] == [(None, "no_answer")]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"gibberish\r\n\r\n",
        b"HTTP/1.1 202 x\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 202 x\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
async def test_half_an_answer_leaves_the_send_unknown(
    answer: bytes, gupshup: Gupshup, host: Any, app: App
) -> None:
    host.answers.append(answer)
    assert (await _failure(gupshup, app)).policy is Policy.UNKNOWN


async def test_a_refused_connection_may_be_repeated(http: httpx.AsyncClient, app: App, journal: Any) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    failure = await _failure(Gupshup(http, f"http://127.0.0.1:{port}", journal), app)
    assert (failure.policy, failure.code) == (Policy.RETRY, "not_connected")
    assert [each.status for each in journal.exchanges] == [None]


async def test_a_silent_server_leaves_the_send_unknown_in_time(
    http: httpx.AsyncClient, app: App, journal: Any
) -> None:
    took: list[bytes] = []
    end = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        took.append(await reader.readuntil(b"\r\n\r\n"))
        await end.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gupshup = Gupshup(http, f"http://127.0.0.1:{port}", journal, answer_within_s=0.2)
    failure = await _failure(gupshup, app)
    assert (failure.policy, failure.code) == (Policy.UNKNOWN, "timeout")
    assert len(took) == 1
    end.set()
    server.close()


async def test_a_cancelled_send_is_recorded_as_far_as_it_got(
    http: httpx.AsyncClient, app: App, journal: Any
) -> None:
    arrived, end = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await end.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sending = asyncio.create_task(_failure(Gupshup(http, f"http://127.0.0.1:{port}", journal), app))
    await arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert [each.error for each in journal.exchanges] == ["cancelled"]
    end.set()
    server.close()


async def test_reading_is_repeated_after_any_trouble(gupshup: Gupshup, host: Any, app: App) -> None:
    host.answers.append(None)
    host.will(502, _HTML)
    host.will(200, "not json")
    for _ in range(3):
        outcome = await gupshup.business(app)
        assert isinstance(outcome, Failure)
        assert (outcome.policy, outcome.who_acts) == (Policy.RETRY, Actor.NOBODY)


async def test_the_connection_test_names_the_business(gupshup: Gupshup, host: Any, app: App) -> None:
    business = {
        "name": "Tacos SA",
        "contactNumber": "5215550001111",
        "country": "Mexico",
        "tncAccepted": True,
    }
    host.will(200, json.dumps({"status": "success", "business": business}))
    expected = Business(name="Tacos SA", phone="5215550001111", country="Mexico")
    assert expected == await gupshup.business(app)
    assert (host.asked[0].verb, host.asked[0].path) == ("GET", "/wa/app/b1c2-id/business")


async def test_a_message_is_marked_read_by_its_id(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(202)
    assert await gupshup.mark_read(app, "wamid.A/B==") is None
    assert (host.asked[0].verb, host.asked[0].path) == ("PUT", "/wa/app/b1c2-id/msg/wamid.A%2FB==/read")


async def test_a_message_too_old_to_mark_says_nothing_about_the_channel(
    gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(404, _ERROR)
    failure = await gupshup.mark_read(app, "x")
    assert failure is not None
    assert failure.policy is Policy.NEVER


@pytest.mark.parametrize("key", ["", "sk_\n", "sk key", "clé"])
async def test_a_key_that_is_none_is_told_to_the_administrator(key: str, gupshup: Gupshup, host: Any) -> None:
    app = App(app_id="a", app_name="A", phone="1", key=Secret(key))
    failure = await _failure(gupshup, app)
    assert (failure.policy, failure.who_acts, host.asked) == (Policy.FIX, Actor.ADMINISTRATOR, [])


@pytest.mark.requirement("R2.2-c")
async def test_a_method_outside_the_table_is_refused(gupshup: Gupshup, host: Any, app: App) -> None:
    outside = Method(
        name="POST /sm/api/v1/app/opt/in/{appId}", purpose="", why="", scope="", retry=Retry.SAFE
    )
    again = Method(name=methods.SEND.name, purpose="", why="", scope="", retry=Retry.SAFE)
    for method in (outside, again):
        with pytest.raises(UnlistedMethodError):
            await gupshup._wire.call(app, Request(method=method), lambda body: body)
    assert host.asked == []


@pytest.mark.requirement("R2.2-c")
def test_every_method_says_what_it_is_for_and_why() -> None:
    assert all(row.name == name for name, row in methods.METHODS.items())
    assert all(row.purpose and row.why and row.scope for row in methods.METHODS.values())
    once = {name for name, row in methods.METHODS.items() if row.retry is Retry.ONCE}
    assert once == {
        "POST /wa/api/v1/msg",
        "POST /wa/api/v1/template/msg",
        "POST /wa/app/{appId}/template",
    }


@pytest.mark.requirement("R2.2-e")
async def test_an_exchange_is_recorded_with_what_it_is_about(
    gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    host.will(202, _TAKEN)
    message = OutboundMessage(
        kind="image",
        destination=_TO,
        url="https://portal.example/rest/download.json?auth=opensesame",
        text="x",
    )
    await gupshup.send(app, message, about=_ABOUT)
    (exchange,) = journal.exchanges
    assert (exchange.party, exchange.method, exchange.status) == ("gupshup", "POST /wa/api/v1/msg", 202)
    assert (exchange.portal_id, exchange.channel_id, exchange.conversation_id) == ("p", "c", "v")
    assert (exchange.message_id, exchange.error) == ("m", None)
    assert exchange.duration_ms > 0
    assert exchange.response == {"status": "submitted", "messageId": "gs-1"}
    shown = "https://portal.example/rest/download.json?…"
    assert exchange.request["form"]["message"] == {
        "type": "image",
        "originalUrl": shown,
        "previewUrl": shown,
        "caption": "x",
    }


@pytest.mark.requirement("R2.2-e")
async def test_a_secret_that_the_other_side_repeats_is_not_recorded(
    gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    key = app.key.reveal()
    host.will(401, json.dumps({"status": "error", "message": f"no such key {key}", "echo": [key]}))
    host.will(400, f"<p>{key} {quote(key)}</p>")
    for _ in range(2):
        failure = await _failure(gupshup, app)
        assert key not in failure.message
    assert key not in repr(journal.exchanges)
    assert key not in repr(app)
