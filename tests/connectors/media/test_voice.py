"""Audio that WhatsApp does not take becomes a voice message; what has no sound says so."""

from __future__ import annotations

import wave
from array import array
from math import sin
from pathlib import Path

import av
import pytest

from connectors.media.limits import check
from connectors.media.sniff import HEAD_BYTES, mime_of
from connectors.media.voice import VOICE_MIME, is_foreign, to_voice
from connectors.outside import Actor, Failure, Policy

pytestmark = pytest.mark.requirement("R2.2-a")

_SECONDS = 2
_RATE = 44_100


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, _RATE, 0, "NONE", ""))
        file.writeframes(
            array("h", [int(8_000 * sin(n / 20)) for n in range(2 * _RATE * _SECONDS)]).tobytes()
        )
    return path


async def test_a_recording_becomes_a_voice_message_of_the_same_length(
    recording: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    assert await to_voice(recording, made, within_s=60) is None
    head = made.read_bytes()[:HEAD_BYTES]
    assert VOICE_MIME == mime_of(head, None, None)
    assert check("audio", VOICE_MIME, made.stat().st_size) is None
    with av.open(str(made)) as opened:
        sound = opened.streams.audio[0]
        assert ("opus", 1) == (sound.codec_context.name, sound.channels)
        assert opened.duration is not None
        assert abs(opened.duration / 1_000_000 - _SECONDS) < 0.1


async def test_a_voice_message_converted_once_more_is_one_still(recording: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    await to_voice(recording, once, within_s=60)
    assert await to_voice(once, twice, within_s=60) is None
    assert VOICE_MIME == mime_of(twice.read_bytes()[:HEAD_BYTES], None, None)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF\0\0\0\0WAVE" + b"junk" * 40, b"\x89PNG\r\n\x1a\n" + b"\0" * 64]
)
async def test_what_has_no_sound_is_the_operators_to_mend_and_leaves_nothing(
    content: bytes, tmp_path: Path
) -> None:
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_bytes(content)
    failure = await to_voice(source, made, within_s=60)
    assert isinstance(failure, Failure)
    assert (Policy.NEVER, Actor.OPERATOR) == (failure.policy, failure.who_acts)
    assert not made.exists()


async def test_a_conversion_that_takes_too_long_is_tried_again_and_leaves_nothing(
    recording: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    failure = await to_voice(recording, made, within_s=0.001)
    assert isinstance(failure, Failure)
    assert Policy.RETRY == failure.policy
    assert not made.exists()


@pytest.mark.parametrize(
    ("kind", "mime", "expected"),
    [
        ("audio", "audio/wav", True),
        ("audio", "audio/webm", True),
        ("audio", "video/webm", True),
        ("audio", "audio/ogg; codecs=vorbis", True),
        ("audio", "audio/ogg; codecs=opus", False),
        ("audio", "audio/mpeg", False),
        ("document", "audio/wav", False),
        ("image", "image/webp", False),
    ],
)
def test_only_audio_that_whatsapp_does_not_take_is_converted(kind: str, mime: str, expected: bool) -> None:
    assert expected == is_foreign(kind, mime)
