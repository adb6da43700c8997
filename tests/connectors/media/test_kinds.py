"""What a file is by its first bytes, what it is called, and whether WhatsApp takes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.media.limits import LIMITS, check
from connectors.media.names import given_name, name_for
from connectors.media.sniff import is_animated, mime_of
from connectors.outside import Policy

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_ZIP = b"PK\x03\x04\x14\x00"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OGG = b"OggS\x00\x02" + b"\x00" * 22


@pytest.mark.parametrize(
    ("head", "declared", "name", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "text/html", None, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", None, None, "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None, None, "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/x-wav", None, "audio/wav"),
        (b"fLaC\x00", None, None, "audio/flac"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", "audio/webm;codecs=opus", None, "audio/webm"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", None, None, "video/webm"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", None, None, "video/x-matroska"),
        (b"GIF89a", None, None, "image/gif"),
        (b"\0\0\0\x18ftypisom", None, None, "video/mp4"),
        (b"\0\0\0\x18ftypisom", "audio/mp4", None, "audio/mp4"),
        (b"\0\0\0\x18ftypM4A ", "video/mp4", None, "audio/mp4"),
        (b"\0\0\0\x18ftyp3gp5", None, None, "video/3gpp"),
        (b"\0\0\0\x18ftypqt  ", None, None, "video/quicktime"),
        (b"\0\0\0\x18ftypheic", None, None, "image/heic"),
        (_OGG + b"\x01\x13OpusHead", "audio/ogg", None, "audio/ogg; codecs=opus"),
        (_OGG + b"\x01\x1e\x01vorbis", "audio/ogg", None, "audio/ogg; codecs=vorbis"),
        (b"#!AMR\n", None, None, "audio/amr"),
        (b"\xff\xf1\x50", None, None, "audio/aac"),
        (b"\xff\xfb\x90", None, None, "audio/mpeg"),
        (b"ID3\x04", None, None, "audio/mpeg"),
        (b"\xff\xfe\x00", "text/plain; charset=utf-16", None, "text/plain"),
        (b"%PDF-1.4", "application/octet-stream", None, "application/pdf"),
        (_ZIP, "application/octet-stream", "a.DOCX", f"{_OFFICE}wordprocessingml.document"),
        (_ZIP, None, "a.xlsx", f"{_OFFICE}spreadsheetml.sheet"),
        (_ZIP, f"{_OFFICE}presentationml.presentation", "a", f"{_OFFICE}presentationml.presentation"),
        (_ZIP, "image/png", "a.png", "application/zip"),
        (_OLE, None, "a.doc", "application/msword"),
        (b"a;b", "Text/CSV; header=present", "a.csv", "text/csv"),
        (b"", None, None, "application/octet-stream"),
        (b"\xff", "", None, "application/octet-stream"),
    ],
)
def test_the_first_bytes_outweigh_the_declaration(
    head: bytes, declared: str | None, name: str | None, expected: str
) -> None:
    assert mime_of(head, declared, name) == expected


_MOVES, _STANDS = (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + flags + b"\0\0\0" for flags in (b"\x12", b"\x10"))


def test_a_sticker_that_moves_is_told_from_one_that_does_not() -> None:
    heads = (_MOVES, _STANDS, _MOVES[:20], b"RIFF\0\0\0\0WEBPVP8 " + b"\xff" * 20, b"")
    assert [True, False, False, False, False] == [is_animated(head) for head in heads]


@given(st.binary(max_size=600), st.none() | st.text(), st.none() | st.text())
def test_any_beginning_has_a_type(head: bytes, declared: str | None, name: str | None) -> None:
    assert mime_of(head, declared, name)


@pytest.mark.parametrize(
    ("url", "disposition", "expected"),
    [
        ("https://h/x", 'attachment; filename="a b.pdf"', "a b.pdf"),
        ("https://h/x", "attachment; filename*=UTF-8''cami%C3%B3n.pdf", "camión.pdf"),
        ("https://h/x", "attachment; filename*=nothing''a.pdf", "a.pdf"),
        ("https://h/x", 'inline; filename="..\\\\..\\\\etc/passwd"', "passwd"),
        ("https://h/x", 'inline; filename=".."', None),
        ("https://h/x", 'inline; filename="gpj.\u202eexe\x00.pdf"', "gpj.exe.pdf"),
        ("https://h/wa/media/2f99?download=false&fileName=Foto%201.jpg", None, "Foto 1.jpg"),
        ("https://h/dir/r%C3%A9sum%C3%A9.doc?x=1", "inline", "résumé.doc"),
        ("https://h/wa/media/2f99?download=false", None, None),
        ("https://h/", None, None),
    ],
)
def test_a_file_is_called_what_its_server_calls_it_and_safely(
    url: str, disposition: str | None, expected: str | None
) -> None:
    assert given_name(url, disposition) == expected


def test_a_long_name_keeps_its_extension() -> None:
    name = given_name("https://h/x", f'attachment; filename="{"n" * 500}.pdf"')
    assert name is not None
    assert (len(name) <= 120, name[-4:]) == (True, ".pdf")


@given(st.text(st.characters(exclude_categories=())))
def test_any_header_gives_a_name_that_is_only_a_name(disposition: str) -> None:
    for header in (disposition, f"attachment; filename={disposition}", f"a; filename*0*={disposition}"):
        name = given_name("https://h/x", header) or "file"
        assert 0 < len(name) <= 120
        assert not set(name) & set('/\\\x00\n"')
        assert name.encode()


def test_a_file_without_a_name_is_named_by_its_type() -> None:
    expected = ["file.ogg", "file", "a.pdf", "a.jpg"]
    named = [(None, "audio/ogg; codecs=opus"), (None, "x/y"), ("a.pdf", "image/png"), ("a", "image/jpeg")]
    assert expected == [name_for(name, mime) for name, mime in named]


@pytest.mark.parametrize(
    ("kind", "mime", "size", "code"),
    [
        ("image", "image/jpeg", 5 * 1024 * 1024, None),
        ("image", "image/jpeg", 5 * 1024 * 1024 + 1, "media_too_large"),
        ("image", "image/webp", 10, "media_type"),
        ("image", "IMAGE/PNG; q=1", 10, None),
        ("audio", "audio/ogg; codecs=opus", 10, None),
        ("audio", "audio/ogg", 10, None),
        ("voice", "audio/ogg; codecs=vorbis", 10, "media_type"),
        ("audio", "audio/wav", 10, "media_type"),
        ("video", "video/mp4", 16 * 1024 * 1024 + 1, "media_too_large"),
        ("video", "video/quicktime", 10, "media_type"),
        ("document", "audio/ogg; codecs=vorbis", 10, None),
        ("document", "application/pdf", 100 * 1024 * 1024 + 1, "media_too_large"),
        ("document", "application/pdf", 0, "media_empty"),
        ("sticker", "image/webp", 100 * 1024 + 1, "media_too_large"),
        ("animated_sticker", "image/webp", 500 * 1024, None),
        ("hologram", "image/webp", 1, "media_kind"),
    ],
)
def test_what_whatsapp_would_refuse_is_refused_here_with_a_reason(
    kind: str, mime: str, size: int, code: str | None
) -> None:
    failure = check(kind, mime, size)
    assert (failure and failure.code) == code
    assert failure is None or failure.policy is Policy.NEVER


def test_the_table_has_a_row_for_each_kind_of_file() -> None:
    assert {"image", "audio", "voice", "video", "document", "sticker", "animated_sticker"} == LIMITS.keys()
