"""Files on their way: copied once, shown to whoever has the address, as long as it holds."""

from __future__ import annotations

import io
import os
import time
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.media import MediaShelf, Shelved, SignatureRefused
from connectors.outside import Actor, Context, Failure, Policy
from runtime.secrets import Signer, generate_key
from tests.connectors.media.conftest import Files, Kept, files, journal

pytestmark = pytest.mark.requirement("R2.2-a")
__all__ = ["files", "journal"]

KEY = generate_key()
SIGNER = Signer([KEY], "media")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
ABOUT = Context()


@pytest.fixture
def shelf(tmp_path: Path, files: Files, journal: Kept) -> MediaShelf:
    return MediaShelf(tmp_path / "media", SIGNER, "https://app.example/", journal, frozenset({files.origin}))


async def _taken(shelf: MediaShelf, url: str, key: str, *, name: str | None = None) -> Shelved:
    shelved = await shelf.take(url, key, party="gupshup", name=name, about=ABOUT)
    assert isinstance(shelved, Shelved), shelved
    return shelved


def _token(shelf: MediaShelf, shelved: Shelved) -> str:
    return shelf.address(shelved).reveal().rpartition("/")[2]


def _kept(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def _aged(directory: Path, hours: float) -> None:
    for path in directory.glob("*/*"):
        os.utime(path, (time.time() - hours * 3600,) * 2)


async def test_a_file_is_copied_and_its_address_opens_it(shelf: MediaShelf, files: Files) -> None:
    key = str(uuid4())
    shelved = await _taken(shelf, files.will("/p", PNG, Content_Type="image/png"), key, name="foto.png")
    address = shelf.address(shelved)
    assert address.reveal().startswith("https://app.example/media/")
    assert key not in repr(address)
    opened = await shelf.open(_token(shelf, shelved))
    assert opened is not None
    assert (shelved, PNG) == (opened[0], opened[1].read_bytes())
    assert ("image/png", len(PNG), "foto.png") == (shelved.mime, shelved.size, shelved.name)


async def test_what_is_on_the_shelf_is_not_fetched_again(shelf: MediaShelf, files: Files) -> None:
    key, url = str(uuid4()), files.will("/p", PNG)
    first = await _taken(shelf, url, key)
    files.serves.clear()
    assert first == await _taken(shelf, url, key)
    assert ["/p"] == files.asked


async def test_sound_that_was_turned_into_a_voice_message_stands_in_its_place(
    shelf: MediaShelf, files: Files, tmp_path: Path
) -> None:
    key = str(uuid4())
    with io.BytesIO() as recording:
        with wave.open(recording, "wb") as file:
            file.setparams((1, 2, 8_000, 0, "NONE", ""))
            file.writeframes(b"\0\1" * 8_000)
        url = files.will("/p", recording.getvalue(), Content_Type="audio/x-wav")
    voice = await shelf.as_voice(await _taken(shelf, url, key, name="nota.wav"))
    assert isinstance(voice, Shelved)
    assert ("nota.ogg", "audio/ogg; codecs=opus") == (voice.name, voice.mime)
    opened = await shelf.open(_token(shelf, voice))
    assert opened is not None
    assert (voice, b"OggS") == (opened[0], opened[1].read_bytes()[:4])
    assert {"", ".json"} == {path.suffix for path in _kept(tmp_path)}


async def test_a_file_that_vanished_from_the_disk_is_fetched_again(
    shelf: MediaShelf, files: Files, tmp_path: Path
) -> None:
    key, url = str(uuid4()), files.will("/p", PNG)
    token = _token(shelf, await _taken(shelf, url, key))
    next(path for path in _kept(tmp_path) if path.suffix == "").unlink()
    assert await shelf.open(token) is None
    await _taken(shelf, url, key)
    assert ["/p", "/p"] == files.asked


async def test_a_file_that_could_not_be_fetched_is_not_on_the_shelf(
    shelf: MediaShelf, files: Files, tmp_path: Path
) -> None:
    url = files.will("/p", status=503)
    failed = await shelf.take(url, str(uuid4()), party="gupshup", name=None, about=ABOUT)
    assert isinstance(failed, Failure)
    assert Policy.RETRY == failed.policy
    assert [] == _kept(tmp_path)


async def test_an_address_expires(shelf: MediaShelf, files: Files) -> None:
    key = str(uuid4())
    await _taken(shelf, files.will("/p", PNG), key)
    with pytest.raises(SignatureRefused, match="expired"):
        await shelf.open(SIGNER.sign(key, datetime.now(UTC) - timedelta(seconds=1)))
    shelved = Shelved(key=key, size=0, mime="", name="")
    _, expiry, _ = _token(shelf, shelved).split(".")
    assert abs(int(expiry) - time.time() - 2 * 86_400) < 60


async def test_an_address_that_was_changed_or_signed_by_others_opens_nothing(
    shelf: MediaShelf, files: Files
) -> None:
    mine, other = str(uuid4()), str(uuid4())
    for key in (mine, other):
        await _taken(shelf, files.will(f"/{key}", PNG), key)
    payload, expiry, mac = _token(shelf, Shelved(key=mine, size=0, mime="", name="")).split(".")
    foreign = _token(shelf, Shelved(key=other, size=0, mime="", name="")).split(".")[0]
    soon = datetime.now(UTC) + timedelta(hours=1)
    for token in (
        f"{foreign}.{expiry}.{mac}",
        f"{payload}.{int(expiry) + 1}.{mac}",
        f"{payload}.{expiry}.",
        Signer([generate_key()], "media").sign(mine, soon),
        Signer([KEY], "something else").sign(mine, soon),
        "",
        "..",
    ):
        with pytest.raises(SignatureRefused):
            await shelf.open(token)


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "..", "a/b", "", "%2e%2e", "x" * 400])
async def test_no_key_leads_out_of_the_directory_even_when_it_is_signed(shelf: MediaShelf, key: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        await shelf.open(SIGNER.sign(key, datetime.now(UTC) + timedelta(hours=1)))
    with pytest.raises(ValueError, match="UUID"):
        await shelf.take("https://files.example/p", key, party="gupshup", name=None, about=ABOUT)


async def test_a_name_from_outside_is_a_name_and_never_a_path(
    shelf: MediaShelf, files: Files, tmp_path: Path
) -> None:
    await _taken(shelf, files.will("/p", PNG), str(uuid4()), name="../../../evil.png")
    assert {tmp_path / "media"} == {path.parent.parent for path in _kept(tmp_path)}


async def test_an_old_file_is_forgotten_and_a_new_one_is_kept(
    shelf: MediaShelf, files: Files, tmp_path: Path
) -> None:
    old = await _taken(shelf, files.will("/old", PNG), str(uuid4()))
    _aged(tmp_path / "media", 73)
    new = await _taken(shelf, files.will("/new", PNG), str(uuid4()))
    assert 1 == await shelf.forget(timedelta(hours=72))
    assert await shelf.open(_token(shelf, old)) is None
    assert await shelf.open(_token(shelf, new)) is not None
    assert 0 == await shelf.forget(timedelta(hours=72))


async def test_what_a_broken_copy_left_is_forgotten_too(shelf: MediaShelf, tmp_path: Path) -> None:
    left = tmp_path / "media" / "00" / uuid4().hex
    left.parent.mkdir(parents=True)
    left.write_bytes(PNG)
    assert 0 == await shelf.forget(timedelta(hours=72))
    _aged(tmp_path / "media", 73)
    assert 1 == await shelf.forget(timedelta(hours=72))
    assert not left.exists()


async def test_a_disk_that_cannot_be_written_is_our_trouble_and_passes(
    tmp_path: Path, files: Files, journal: Kept
) -> None:
    (tmp_path / "media").write_text("a file where the directory should be")
    shelf = MediaShelf(tmp_path / "media", SIGNER, "https://app.example", journal, frozenset({files.origin}))
    failed = await shelf.take(files.will("/p", PNG), str(uuid4()), party="gupshup", name=None, about=ABOUT)
    assert isinstance(failed, Failure)
    assert (Policy.RETRY, Actor.PROVIDER) == (failed.policy, failed.who_acts)


async def test_a_note_that_cannot_be_written_is_our_trouble_and_passes(
    shelf: MediaShelf, files: Files, tmp_path: Path
) -> None:
    key = uuid4()
    (tmp_path / "media" / key.hex[-2:] / f"{key.hex}.json").mkdir(parents=True)
    failed = await shelf.take(files.will("/p", PNG), key, party="gupshup", name=None, about=ABOUT)
    assert isinstance(failed, Failure)
    assert (Policy.RETRY, "media_dir") == (failed.policy, failed.code)
