"""Files, long texts, markup and quotes, both ways through the running house."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from random import Random
from typing import Any

import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.5-c")]
CUSTOMER = "5215550300001"
NOISE = Random(1).randbytes(70_000)
PDF = b"%PDF-1.4\n" + NOISE
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + NOISE
PNG = b"\x89PNG\r\n\x1a\n" + NOISE
GIF = b"GIF89a" + NOISE
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + NOISE
VOICE = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + NOISE
VORBIS = b"OggS\x00\x02" + bytes(22) + b"\x01vorbis" + NOISE
MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + NOISE
WRONG_TYPE = "WhatsApp no admite este tipo de archivo."
TOO_LARGE = "El archivo supera el tamaño que WhatsApp permite."


@pytest.fixture(autouse=True)
def open_chat(house: House) -> None:
    """A chat whose 24 hours have begun."""
    if house.chat_of(CUSTOMER) is None:
        house.customer_writes(CUSTOMER, "Hola")
        house.until("the chat is open", lambda: house.in_the_chat(CUSTOMER))


@pytest.mark.parametrize(
    ("kind", "mime", "content", "name"),
    [
        ("image", "image/jpeg", JPEG, ""),
        ("document", "application/pdf", PDF, "cotizacion-2026.pdf"),
        ("voice", "audio/ogg; codecs=opus", VOICE, ""),
        ("video", "video/mp4", MP4, ""),
    ],
)
def test_a_customers_file_reaches_the_portal_byte_by_byte(
    kind: str, mime: str, content: bytes, name: str, house: House
) -> None:
    before = len(house.files_in_the_chat(CUSTOMER))
    named = {"filename": name} if name else {}
    house.shows(CUSTOMER, kind, content, content_type=mime, **named)
    house.until("the file is in the chat", lambda: len(house.files_in_the_chat(CUSTOMER)) > before)
    shown, shown_as, bytes_shown = house.files_in_the_chat(CUSTOMER)[-1]
    assert (mime.partition(";")[0], _sha256(content)) == (shown_as, _sha256(bytes_shown))
    assert name in ("", shown)


def test_a_caption_comes_with_its_file(house: House) -> None:
    house.shows(CUSTOMER, "image", PNG, "Mire *esto*", content_type="image/png")
    house.until("the caption is in the chat", lambda: house.in_the_chat(CUSTOMER)[-1] == "Mire [b]esto[/b]")
    assert _sha256(PNG) == _sha256(house.files_in_the_chat(CUSTOMER)[-1][2])


@pytest.mark.parametrize(
    ("name", "mime", "content", "kind"),
    [
        ("foto.jpg", "image/jpeg", JPEG, "image"),
        ("Cotización 2026.pdf", "application/pdf", PDF, "document"),
        ("nota.ogg", "audio/ogg", VOICE, "audio"),
        ("nota.mp3", "audio/mpeg", MP3, "audio"),
        ("corto.mp4", "video/mp4", MP4, "video"),
        # what WhatsApp cannot show it carries as a document
        ("animado.gif", "image/gif", GIF, "document"),
    ],
)
def test_an_operators_file_reaches_the_phone_byte_by_byte(
    name: str, mime: str, content: bytes, kind: str, house: House
) -> None:
    before = len(_out(house))
    house.hands_over(CUSTOMER, name, mime, content)
    house.until("WhatsApp fetched it", lambda: len(_hashes(house, before)) == 1)
    arrived = _out(house)[-1]
    assert (kind, len(content), _sha256(content)) == (
        arrived["kind"],
        arrived["media"]["size"],
        arrived["media"]["sha256"],
    )
    assert mime == arrived["media"]["content_type"].partition(";")[0]


@pytest.mark.parametrize(
    ("name", "mime", "content"),
    [
        ("foto.jpg", "image/jpeg", GIF),
        ("nota.ogg", "audio/ogg", VORBIS),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_words(
    name: str, mime: str, content: bytes, house: House
) -> None:
    told, before = len(house.told()), len(_out(house))
    house.hands_over(CUSTOMER, name, mime, content)
    house.until("the author is told", lambda: len(house.told()) > told)
    assert WRONG_TYPE in house.told()[-1]
    assert before == len(_out(house))


def test_a_picture_that_is_larger_than_whatsapp_takes_goes_as_a_document_or_is_refused_in_words(
    house: House,
) -> None:
    large = JPEG + bytes(5 * 1024 * 1024)
    before, told = len(_out(house)), len(house.told())
    house.hands_over(CUSTOMER, "grande.jpg", "image/jpeg", large)
    house.until("it goes as a document", lambda: len(_out(house)) > before)
    assert "document" == _out(house)[-1]["kind"]
    # the portal said a wrong size, so it was to go as a picture
    link = _last_link(house)
    form = house.operator_event(CUSTOMER, (910_001, ""))
    file = {"name": "grande.jpg", "type": "image", "mime": "image/jpeg", "link": link, "size": 10}
    form["data"]["MESSAGES"][0]["message"] = {"user_id": 27, "files": [file]}
    house.post_event(form)
    house.until("the author is told", lambda: len(house.told()) > told)
    assert TOO_LARGE in house.told()[-1]


def test_a_text_with_a_file_is_its_caption(house: House) -> None:
    before = len(_out(house))
    house.hands_over(CUSTOMER, "plano.pdf", "application/pdf", PDF, "El [b]plano[/b]")
    house.until("the phone has it", lambda: len(_out(house)) > before)
    house.until("nothing more is to come", lambda: _waiting(house) == 0)
    assert [("document", "El *plano*")] == [(m["kind"], m["text"]) for m in _out(house)[before:]]


def test_a_text_with_a_voice_note_follows_it(house: House) -> None:
    before = len(_out(house))
    house.hands_over(CUSTOMER, "nota.mp3", "audio/mpeg", MP3, "Escúchelo")
    house.until("both are on the phone", lambda: len(_out(house)) == before + 2)
    assert ["audio", "text"] == [m["kind"] for m in _out(house)[before:]]
    assert "Escúchelo" == _out(house)[-1]["text"]


def test_several_files_with_a_text_keep_their_order(house: House) -> None:
    before = len(_out(house))
    files = [_file("uno.pdf", PDF + b"1"), _file("dos.pdf", PDF + b"2"), _file("tres.pdf", PDF + b"3")]
    house.operator_writes(house.chat_id(CUSTOMER), "Los tres", files=files)
    house.until("all are fetched", lambda: len(_hashes(house, before)) == 3)
    assert [_sha256(PDF + digit) for digit in (b"1", b"2", b"3")] == _hashes(house, before)


def test_a_long_text_is_split_and_arrives_in_order(house: House) -> None:
    words = " ".join(f"palabra{number}" for number in range(800))
    before = len(house.received_by(CUSTOMER))
    house.operator_writes(house.chat_id(CUSTOMER), words)
    house.until(
        "all parts are there", lambda: _waiting(house) == 0 and len(house.received_by(CUSTOMER)) > before
    )
    parts = house.received_by(CUSTOMER)[before:]
    assert words == " ".join(parts)
    assert 3 == len(parts)
    assert max(map(len, parts)) <= 4096


def test_a_customers_markup_is_text_and_his_emphasis_is_shown(house: House) -> None:
    house.customer_writes(CUSTOMER, "*ojo* [url=https://evil.example]su banco[/url] ~no~ _sí_")
    expected = "[b]ojo[/b] [\u200burl=https://evil.example]su banco[\u200b/url] [s]no[/s] [i]sí[/i]"
    house.until("it is in the chat", lambda: house.in_the_chat(CUSTOMER)[-1] == expected)


def test_an_operators_markup_is_whatsapps(house: House) -> None:
    house.operator_writes(
        house.chat_id(CUSTOMER),
        "[b]ojo[/b][br][i]sí[/i] [url=https://b24.example/x]aquí[/url] [USER=27]Lucía[/USER]",
    )
    expected = "*ojo*\n_sí_ aquí (https://b24.example/x) Lucía"
    house.until("it is on the phone", lambda: house.received_by(CUSTOMER)[-1] == expected)


def test_what_a_customer_answers_to_is_quoted_in_the_portal(house: House) -> None:
    house.operator_writes(house.chat_id(CUSTOMER), "¿Lunes o martes?")
    house.until("the question is on the phone", lambda: house.received_by(CUSTOMER)[-1] == "¿Lunes o martes?")
    house.until("we know that it was sent", lambda: _waiting(house) == 0)
    asked = _out(house)[-1]["ids"]["messageId"]
    house.customer_writes(CUSTOMER, "Martes", reply_to=asked)
    house.until("it is quoted", lambda: house.in_the_chat(CUSTOMER)[-1] == ">>¿Lunes o martes?\nMartes")


def test_a_reaction_says_to_what_it_reacts(house: House) -> None:
    house.operator_writes(house.chat_id(CUSTOMER), "Pedido enviado")
    house.until("it is on the phone", lambda: house.received_by(CUSTOMER)[-1] == "Pedido enviado")
    house.until("we know that it was sent", lambda: _waiting(house) == 0)
    house.customer_writes(CUSTOMER, "", kind="reaction", emoji="👍")
    house.until("it is in the chat", lambda: house.in_the_chat(CUSTOMER)[-1] == "👍 → Pedido enviado")


def test_what_an_operator_quotes_is_quoted_on_the_phone(house: House) -> None:
    rule = "-" * 54
    house.operator_writes(house.chat_id(CUSTOMER), f"{rule}\nCliente [10:15]\nMartes\n{rule}\nDe acuerdo")
    house.until("it is on the phone", lambda: house.received_by(CUSTOMER)[-1] == "De acuerdo")
    said = {message["ids"]["id"]: message["text"] for message in _in(house)}
    assert "Martes" == said[_out(house)[-1]["reply_to"]]


def test_a_quotation_of_what_nobody_said_stays_in_the_text(house: House) -> None:
    house.operator_writes(house.chat_id(CUSTOMER), ">>Dijo el jefe\nMañana")
    house.until("it is on the phone", lambda: house.received_by(CUSTOMER)[-1] == "> Dijo el jefe\nMañana")
    assert _out(house)[-1].get("reply_to") is None


def test_after_all_of_it_nothing_is_left_over(house: House) -> None:
    house.until("nothing waits", lambda: _waiting(house) == 0)
    house.assert_conserved()
    assert [] == house.sandbox.get("/sandbox/complaints").json()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _file(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "mime": "application/pdf", "base64": b64encode(content).decode()}


def _out(house: House) -> list[dict[str, Any]]:
    return [message for message in house.on_the_phone(CUSTOMER) if message["direction"] == "out"]


def _in(house: House) -> list[dict[str, Any]]:
    return [message for message in house.on_the_phone(CUSTOMER) if message["direction"] == "in"]


def _hashes(house: House, after: int) -> list[str]:
    media = [message.get("media", {}) for message in _out(house)[after:]]
    return [one["sha256"] for one in media if "sha256" in one]


def _waiting(house: House) -> int:
    ((count,),) = house.query("select count(*) from messaging.queue")
    return int(count)


def _last_link(house: House) -> str:
    chat = house.chat_of(CUSTOMER)
    assert chat is not None
    return str([file["link"] for message in chat["messages"] for file in message["files"]][-1])
