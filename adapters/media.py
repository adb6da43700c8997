"""Files on their way: fetched into MEDIA_DIR, served by the API under signed addresses that expire.

Gupshup's links die after seven days and Bitrix24's may die at once, so a file is copied when its message is
sent. An address is unguessable, may be fetched several times and works for two days.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from connectors.media.fetch import fetch
from connectors.media.sniff import HEAD_BYTES, extension_of, is_animated
from connectors.media.voice import VOICE_MIME, to_voice
from connectors.outside import Actor, Context, Failure, Journal, Policy
from connectors.redaction import Secret
from runtime.secrets import SignatureRefused, Signer

MAX_BYTES: Final = 100 * 1024 * 1024
_WITHIN_S: Final = 120.0
_CONVERTED_WITHIN_S: Final = 60.0
_VALID_FOR: Final = timedelta(days=2)


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """A file in MEDIA_DIR."""

    key: str
    size: int
    mime: str
    name: str


class MediaShelf:
    """The one place that knows how files lie in MEDIA_DIR and how their addresses are made."""

    def __init__(
        self,
        directory: Path,
        signer: Signer,
        public_url: str,
        journal: Journal,
        trusted_origins: frozenset[str],
    ) -> None:
        self._directory = directory
        self._signer = signer
        self._public_url = public_url.rstrip("/")
        self._journal = journal
        self._trusted_origins = trusted_origins

    async def take(
        self, url: str, key: UUID | str, *, party: str, name: str | None, about: Context
    ) -> Shelved | Failure:
        """Copy the file at `url`; one that was copied before under this key is not fetched again."""
        known = await asyncio.to_thread(self._read, str(key))
        if known is not None:
            return known
        path = self._path(str(key))
        try:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            return _not_writable(error)
        fetched = await fetch(
            url,
            path,
            party=party,
            journal=self._journal,
            max_bytes=MAX_BYTES,
            within_s=_WITHIN_S,
            trusted_origins=self._trusted_origins,
            about=about,
        )
        if isinstance(fetched, Failure):
            return fetched
        shelved = Shelved(key=str(key), size=fetched.size, mime=fetched.mime, name=name or fetched.name)
        try:
            await asyncio.to_thread(self._write, shelved)
        except OSError as error:
            return _not_writable(error)
        return shelved

    async def as_voice(self, shelved: Shelved) -> Shelved | Failure:
        """Turn a file's sound into a voice message that WhatsApp takes, in the file's place."""
        path = self._path(shelved.key)
        draft = path.with_suffix(".voice")
        failure = await to_voice(path, draft, within_s=_CONVERTED_WITHIN_S)
        if failure is not None:
            return failure
        size = (await asyncio.to_thread(draft.stat)).st_size
        name = f"{Path(shelved.name).stem}{extension_of(VOICE_MIME)}"
        voice = Shelved(key=shelved.key, size=size, mime=VOICE_MIME, name=name)
        try:
            await asyncio.to_thread(draft.replace, path)
            await asyncio.to_thread(self._write, voice)
        except OSError as error:
            return _not_writable(error)
        return voice

    def address(self, shelved: Shelved) -> Secret:
        """A public address of the file, for two days: whoever has it may read the file."""
        token = self._signer.sign(shelved.key, datetime.now(UTC) + _VALID_FOR)
        return Secret(f"{self._public_url}/media/{token}")

    async def open(self, token: str) -> tuple[Shelved, Path] | None:
        """The file behind an address's token. Raises `SignatureRefused`; None when it is no longer kept."""
        key = self._signer.verify(token)
        shelved = await asyncio.to_thread(self._read, key)
        return None if shelved is None else (shelved, self._path(key))

    async def is_animated(self, shelved: Shelved) -> bool:
        """Is the file a picture that moves? Of a sticker that does, WhatsApp takes more bytes."""
        return is_animated(await asyncio.to_thread(self._head, shelved.key))

    def path(self, shelved: Shelved) -> Path:
        """Where the file lies, for whoever sends its bytes on."""
        return self._path(shelved.key)

    async def discard(self, keys: Sequence[UUID]) -> None:
        """Delete the files that were copied under these keys, where there are any."""
        await asyncio.to_thread(self._discard, keys)

    async def forget(self, older_than: timedelta) -> int:
        """Delete files that were copied longer ago, and what broken copies left; returns how many."""
        return await asyncio.to_thread(self._forget, datetime.now(UTC) - older_than)

    def _discard(self, keys: Sequence[UUID]) -> None:
        for key in keys:
            self._path(str(key)).unlink(missing_ok=True)
            self._note(str(key)).unlink(missing_ok=True)

    def _forget(self, before: datetime) -> int:
        count = 0
        for path in sorted(self._directory.glob("*/*")):
            note = path.with_suffix(".json")
            try:
                age = note.stat() if note.exists() else path.stat()
                if age.st_mtime < before.timestamp():
                    path.unlink()
                    count += path != note
            except FileNotFoundError:
                continue  # another worker forgets, too
        return count

    def _head(self, key: str) -> bytes:
        with self._path(key).open("rb") as file:
            return file.read(HEAD_BYTES)

    def _read(self, key: str) -> Shelved | None:
        """What is noted of a file that is there."""
        try:
            shelved = msgspec.json.decode(self._note(key).read_bytes(), type=Shelved)
        except (OSError, msgspec.MsgspecError):
            return None
        return shelved if self._path(key).is_file() else None

    def _write(self, shelved: Shelved) -> None:
        """Note a file, at once and whole."""
        note = self._note(shelved.key)
        draft = note.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(shelved))
        draft.replace(note)

    def _path(self, key: str) -> Path:
        plain = UUID(key).hex
        return self._directory / plain[-2:] / plain

    def _note(self, key: str) -> Path:
        return self._path(key).with_suffix(".json")


def _not_writable(error: OSError) -> Failure:
    return Failure(
        policy=Policy.RETRY,
        code="media_dir",
        message=f"MEDIA_DIR cannot be written: {error.strerror}",
        who_acts=Actor.PROVIDER,
    )


__all__ = ["MAX_BYTES", "MediaShelf", "Shelved", "SignatureRefused"]
