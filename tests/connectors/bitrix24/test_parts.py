"""What one operator's message becomes on WhatsApp."""

from __future__ import annotations

import pytest

from connectors.bitrix24.events import OperatorFile
from connectors.bitrix24.parts import OutboundPart, PartKind, kind_of, outbound_parts

pytestmark = pytest.mark.requirement("R2.2-b")


def _file(name: str, mime: str | None = None, size: int | None = None) -> OperatorFile:
    return OperatorFile(name=name, type=None, mime=mime, link=f"https://p/~{name}", size=size)


JPG, PDF, OGG, MP4 = _file("a.jpg"), _file("b.pdf"), _file("c.ogg"), _file("d.mp4")


def _shape(parts: list[OutboundPart]) -> list[tuple[PartKind, str | None]]:
    return [(part.kind, part.text) for part in parts]


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("hi", [], [("text", "hi")]),
        ("hi", [JPG], [("image", "hi")]),
        ("hi", [OGG, PDF, JPG], [("audio", None), ("document", "hi"), ("image", None)]),
        ("hi", [OGG], [("audio", None), ("text", "hi")]),
        ("hi", [MP4], [("video", None), ("text", "hi")]),
        ("x" * 1_024, [JPG], [("image", "x" * 1_024)]),
        ("x" * 1_025, [JPG], [("image", None), ("text", "x" * 1_025)]),
        ("x" * 5_000, [], [("text", "x" * 4_096), ("text", "x" * 904)]),
        (None, [JPG, PDF], [("image", None), ("document", None)]),
        ("[disk=5]", [], []),
        (None, [], []),
    ],
)
def test_an_operator_message_becomes_its_parts(
    text: str | None, files: list[OperatorFile], expected: list[tuple[PartKind, str | None]]
) -> None:
    parts = outbound_parts(text, files)
    assert expected == _shape(parts)
    assert [part.file for part in parts if part.file] == files


def test_the_operator_name_stands_above_the_text_once() -> None:
    assert _shape(outbound_parts("hi", [], operator="Ana")) == [("text", "*Ana:*\nhi")]


_RULE = "-" * 54


@pytest.mark.parametrize(
    ("markup", "reply"),
    [
        (f"{_RULE}\nAna [23.11.2026 10:15]\n¿Rojo o azul?\n{_RULE}\nRojo", ("¿Rojo o azul?", "Rojo")),
        (f"{_RULE}[br]Ana [10:15][br][b]Hola[/b][br]{_RULE}[br]Sí", ("*Hola*", "Sí")),
        (f"[b]Luz:[/b] [br]{_RULE}\nAna [10:15]\n>>antes\nHola\n{_RULE}\n\nSí\nclaro", ("Hola", "Sí\nclaro")),
        (f"{_RULE}\nuna línea\n{_RULE}\nSí", ("una línea", "Sí")),
        (">>Hola\n>> qué tal\nBien", ("Hola\n qué tal", "Bien")),
        ("Hola\n>>Hola\nBien", None),
        (f"{_RULE}\nsin fin", None),
        (f"{_RULE}\nAna [10:15]\nHola\n{_RULE}", None),
        (">>Hola\n" + "x" * 5_000, None),
        ("Hola", None),
    ],
)
def test_what_an_operator_quotes_at_the_beginning_is_taken_apart(
    markup: str, reply: tuple[str, str] | None
) -> None:
    found = outbound_parts(markup, [])[0].reply
    assert reply == (found and (found.quoted, found.answer))


def test_a_caption_may_answer_with_the_file_alone() -> None:
    (part,) = outbound_parts(">>¿Tiene foto?", [JPG])
    assert ("> ¿Tiene foto?", ("¿Tiene foto?", "")) == (
        part.text,
        part.reply and (part.reply.quoted, part.reply.answer),
    )


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (_file("a.JPG"), "image"),
        (_file("a.gif", "image/gif"), "document"),
        (_file("a.webp"), "document"),
        (_file("a", "audio/ogg; codecs=opus"), "audio"),
        (_file("a", "audio/webm;codecs=opus"), "audio"),
        (_file("a.wav"), "audio"),
        (_file("a.jpg", "application/octet-stream"), "image"),
        (_file("a.jpg", "application/pdf"), "document"),
        (_file("a.jpg", "image/jpeg", 6 * 1_048_576), "document"),
        (_file("a.mp4", "video/mp4", 17 * 1_048_576), "document"),
        (_file("noname"), "document"),
    ],
)
def test_what_whatsapp_cannot_show_goes_as_a_document(file: OperatorFile, kind: PartKind) -> None:
    assert kind == kind_of(file)
