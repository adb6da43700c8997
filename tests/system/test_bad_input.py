"""What is wrong, forged or poisoned: a clear refusal, a trace without secrets, and nothing changed."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from cli.clicks import Administrator
from tests.servers import PASSWORDS, SECRET_KEYS
from tests.system.forging import NO_FRAME, REFUSED, Forger, Trap
from tests.system.house import House, at_once

pytestmark = [
    pytest.mark.requirement("R2.3-c"),
    pytest.mark.requirement("R2.2-e"),
    pytest.mark.requirement("R1"),
]
CUSTOMER, OTHER_CUSTOMER = "5215550200001", "5215550200002"
REFUSALS: dict[str, int] = {}
"""The correlation ids of what was refused here, with the statuses: the log must know them."""
FILE_MISSING = "El cliente envió un archivo que no se pudo descargar de WhatsApp."


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    opened = Trap()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def other(house: House) -> Iterator[Administrator]:
    """The administrator of a second portal, with a channel and a conversation of its own."""
    with Administrator(house.sandbox_url, house.api_url, "p2") as administrator:
        administrator.install()
        administrator.connect("SoporteDemo", "5215550002222", "1")
        house.customer_writes(CUSTOMER, "Hola")
        house.customer_writes(OTHER_CUSTOMER, "Hola, p2", channel="SoporteDemo")
        house.until(
            "both chats are open", lambda: len(house.sandbox.get("/sandbox/bitrix24/chats").json()) == 2
        )
        house.until("all is told", lambda: house.states("in") == {"delivered": 2})
        yield administrator


@pytest.fixture(scope="module")
def it(house: House, other: Administrator, trap: Trap) -> Forger:
    opened = {"user_id": 27, "placement": "DEFAULT"}
    house.sandbox.post("/sandbox/bitrix24/portals/p1/frames", json=opened)
    forger = Forger(house, other, trap, CUSTOMER)
    house.until("the simulation remembers the operator's token", forger.knows_the_operator)
    house.until_calm()
    return forger


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_payment_provider_without_an_account_does_not_exist(provider: str, house: House) -> None:
    assert 404 == house.api.post(f"/webhooks/{provider}", content=b"{}").status_code


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_request_is_refused_with_a_reason_traced_and_changes_nothing(
    what: str, house: House, it: Forger, trap: Trap
) -> None:
    status, reason, call = REFUSED[what]
    before = house.digest()
    answer = call(it)
    assert (status, reason) == (answer.status_code, answer.json().get("reason")), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"title", "detail"} <= answer.json().keys()
    assert before == house.digest()
    assert 0 == trap.knocks
    REFUSALS[answer.headers["x-correlation-id"]] = status


@pytest.mark.parametrize("what", NO_FRAME)
def test_a_bad_frame_shows_a_page_that_says_why_and_changes_nothing(
    what: str, house: House, it: Forger, trap: Trap
) -> None:
    status, call = NO_FRAME[what]
    before = house.digest()
    answer = call(it)
    assert status == answer.status_code, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert 'id="session"' not in answer.text
    assert before == house.digest()
    assert 0 == trap.knocks
    REFUSALS[answer.headers["x-correlation-id"]] = status


def test_every_refusal_is_in_the_log_with_its_status_and_its_reason(house: House, it: Forger) -> None:
    assert REFUSALS != {}

    def are_traced() -> bool:
        rows = house.query(
            "select correlation_id, status from trace.log"
            " where correlation_id = any (%s) and summary is not null",
            list(REFUSALS),
        )
        return dict(rows) == REFUSALS

    house.until("all refusals are in the log", are_traced, within_s=10)


@pytest.mark.parametrize(
    "path", ["channels/{}/connect", "channels/{}/remove", "channels/{}/check", "conversations/{}/messages"]
)
def test_what_belongs_to_another_portal_is_not_there(path: str, house: House, it: Forger) -> None:
    is_channel = path.startswith("channels")
    foreign = it.channel_of_another_portal() if is_channel else it.conversation_of_another_portal()
    before = house.digest()
    answer = it.api("POST" if is_channel else "GET", f"/api/v1/{path.format(foreign)}")
    assert answer.status_code == 404 or answer.json() == []
    assert before == house.digest()


def test_lists_hold_nothing_of_another_portal(house: House, it: Forger, other: Administrator) -> None:
    mine, theirs = house.administrator, other
    for path in ("/api/v1/channels", "/api/v1/conversations", "/api/v1/portal", "/api/v1/lines"):
        assert mine.api("GET", path) != theirs.api("GET", path) or path == "/api/v1/lines"
    for foreign in (OTHER_CUSTOMER, it.channel_of_another_portal(), it.message_of_another_portal()):
        assert [] == mine.api("GET", "/api/v1/timeline", params={"id": foreign})


@pytest.mark.parametrize(
    "inside", ["http://{}/x.jpg", "https://{}/x.jpg", "https://169.254.169.254/latest", "file:///etc/passwd"]
)
def test_a_file_inside_our_network_is_not_fetched(inside: str, house: House, it: Forger, trap: Trap) -> None:
    body = _message(f"wamid.{inside}", "", kind="image")
    body["payload"]["payload"] = {
        "url": inside.format(trap.host),
        "contentType": "image/jpeg",
        "caption": inside,
    }
    before = len(house.in_the_chat(CUSTOMER))
    assert house.call_back(body).status_code == 200
    house.until("a sentence stands in its place", lambda: len(house.in_the_chat(CUSTOMER)) > before)
    assert house.in_the_chat(CUSTOMER)[-1].startswith(FILE_MISSING)
    assert 0 == trap.knocks


def test_an_operators_file_inside_our_network_is_not_fetched_and_he_is_told(
    house: House, it: Forger, trap: Trap
) -> None:
    form = house.operator_event(CUSTOMER, (900_100, "mire"))
    file = {"name": "x.pdf", "type": "file", "mime": "application/pdf", "link": "/~x", "size": 10}
    form["data"]["MESSAGES"][0]["message"] = {"user_id": 27, "files": [file]}
    form["auth"]["client_endpoint"] = it.inside()
    assert house.post_event(form).status_code == 200
    house.until("he is told", lambda: any("no se entregó" in text for text in house.told(27)))
    assert 0 == trap.knocks


def test_a_frame_with_a_strange_domain_is_believed_only_for_what_the_portal_confirms(
    house: House, it: Forger
) -> None:
    answer = it.frame(domain="attacker.example")
    assert answer.status_code == 200
    assert "attacker.example" not in answer.text
    assert "attacker.example" not in answer.headers["content-security-policy"]
    assert [] == house.query("select 1 from tenancy.portal where domain like 'attacker%%'")


@pytest.mark.parametrize("damage", ["\\u0000", "\\ud800"])
def test_what_a_text_cannot_hold_is_replaced_and_the_message_passes(
    damage: str, house: House, it: Forger
) -> None:
    body = _json(_message(f"wamid.{damage[1:]}", f"{damage[1:]} @")).replace(b"@", damage.encode())
    assert house.call_back(body).status_code == 200
    house.until("it is in the line", lambda: f"{damage[1:]} \ufffd" in house.in_the_chat(CUSTOMER))


def test_no_secret_is_in_the_log_nor_in_what_processes_wrote_nor_in_what_is_kept_raw(
    house: House, it: Forger
) -> None:
    house.operator_writes(house.chat_id(CUSTOMER), "Hasta luego", portal="p1", files=[_file()])
    house.until(
        "the file is on the phone", lambda: any(m["kind"] == "document" for m in house.on_the_phone(CUSTOMER))
    )
    house.until(
        "the simulation remembers the file",
        lambda: b"adios.pdf" in (house.home / "sandbox.json").read_bytes(),
    )
    secrets = _secrets(house, it)
    assert 30 < len(secrets)
    named = json.dumps(secrets)
    for source in ("trace.log", "messaging.quarantined", "messaging.receipt"):
        rows = house.query(
            f"select s.name, t::text from {source} t, jsonb_each_text(%s::jsonb) s(name, value)"  # noqa: S608
            " where position(s.value in t::text) > 0 limit 3",
            named,
        )
        assert [] == rows, source
    # the link of a file is what its message says, so it stays in the bytes of the message
    named = json.dumps({what: secret for what, secret in secrets.items() if not what.startswith("link of")})
    raw = house.query(
        "select s.name from messaging.raw t, jsonb_each_text(%s::jsonb) s(name, value)"
        " where position(convert_to(s.value, 'UTF8') in t.body) > 0 limit 3",
        named,
    )
    assert [] == raw
    for name, process in house.processes.items():
        written = process.log.read_text(errors="replace")
        assert [] == [what for what, secret in secrets.items() if secret in written], name


POISON: dict[str, tuple[str, Callable[[dict[str, Any]], bytes]]] = {
    "a bad timestamp": ("bad_timestamp", lambda body: _json({**body, "timestamp": "yesterday"})),
    "a timestamp out of range": ("bad_timestamp", lambda body: _with_timestamp(body, b"1e400")),
    "a timestamp of 400 digits": ("bad_timestamp", lambda body: _with_timestamp(body, b"9" * 400)),
    "a negative timestamp": ("bad_timestamp", lambda body: _with_timestamp(body, b"-1")),
    "U+0000 in the sender": (
        "bad_sender",
        lambda body: _json(body).replace(CUSTOMER.encode(), rb"52155\u0000"),
    ),
    "a lone surrogate in the id": (
        "bad_key",
        lambda body: _json(body).replace(b"wamid.poison", rb"wamid.\ud800"),
    ),
    "no sender": ("no_sender", lambda body: _json(body).replace(CUSTOMER.encode(), b" ")),
    "an id of 500 characters": ("bad_key", lambda body: _json(body).replace(b"wamid.poison", b"w" * 500)),
}


THE_FOUR = {
    "a bad timestamp",
    "a timestamp out of range",
    "U+0000 in the sender",
    "a lone surrogate in the id",
}


@pytest.mark.parametrize(("what", "siblings"), [(what, 99 if what in THE_FOUR else 9) for what in POISON])
def test_one_poisoned_callback_among_many_is_quarantined_and_shown_and_the_others_pass(
    what: str, siblings: int, house: House, it: Forger
) -> None:
    reason, poison = POISON[what]
    said = [f"{what}: {number}" for number in range(siblings)]
    bodies = [_json(_message(f"wamid.{text}", text)) for text in said]
    poisoned = poison(_message(f"wamid.poison-{what}", "veneno"))
    bodies.insert(siblings // 2, poisoned)
    answers = at_once((partial(house.call_back, body) for body in bodies), how_many=25)
    assert {200} == {answer.status_code for answer in answers}
    kept = house.query("select text from messaging.message where text like %s", f"{what}: %")
    assert sorted(said) == sorted(text for (text,) in kept)
    newest = house.administrator.api("GET", "/api/v1/quarantine")[0]
    assert (reason, poisoned.decode()) == (newest["reason"], newest["body"])


def _message(key: str, text: str, kind: str = "text") -> dict[str, Any]:
    payload = {
        "id": key,
        "source": CUSTOMER,
        "type": kind,
        "payload": {"text": text},
        "sender": {"phone": " ", "name": "Cliente"},
    }
    now_ms = int(time.time() * 1000)
    return {"app": "VentasDemo", "timestamp": now_ms, "version": 2, "type": "message", "payload": payload}


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _with_timestamp(body: dict[str, Any], number: bytes) -> bytes:
    return _json({**body, "timestamp": 0}).replace(b'"timestamp": 0', b'"timestamp": ' + number)


def _file() -> dict[str, str]:
    content = b64encode(b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n").decode()
    return {"name": "adios.pdf", "mime": "application/pdf", "base64": content}


def _secrets(house: House, it: Forger) -> dict[str, str]:
    """Everything that opens something, by name."""
    remembered = house.remembered()
    route, header = house.webhook_secrets()
    portals, apps = remembered["bitrix24"]["portals"], remembered["gupshup"]["apps"]
    files = [file for portal in portals.values() for file in portal["files"].values()]
    shelved = [message["media"]["url"] for message in house.on_the_phone(CUSTOMER) if message.get("media")]
    return {
        "our key": SECRET_KEYS[0],
        **{f"password of {role}": password for role, password in PASSWORDS.items()},
        "client secret": "tests-only",
        "route": route,
        "header": header,
        **{f"bearer {number}": token for number, token in enumerate(it.issued)},
        **{f"token {number}": token for number, token in enumerate(it.tokens())},
        **{
            f"application token of {name}": p["installation"]["application_token"]
            for name, p in portals.items()
        },
        **{f"key of {app['name']}": app["key"] for app in apps.values()},
        **{f"link of file {file['id']}": file["short"] for file in files},
        **{f"signature of file {file['id']}": file["sign"] for file in files},
        **{
            f"our address of file {n}": url.rpartition("/")[2]
            for n, url in enumerate(shelved)
            if "/media/" in url
        },
    }
