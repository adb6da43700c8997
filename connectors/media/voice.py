"""Audio that WhatsApp does not take, as a voice message that it does: Ogg with Opus, one channel.

A decoder is a large program that strange files may break, so it runs in a process of its own, for a bounded
time: the worker neither holds its memory nor dies of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

from connectors.media.limits import LIMITS
from connectors.media.sniff import base_of
from connectors.outside import Actor, Failure, Policy

VOICE_MIME: Final = "audio/ogg; codecs=opus"
"""What `to_voice` writes."""
_SAMPLES_PER_S: Final = 48_000
_BITS_PER_S: Final = 32_000
"""Speech is clear at this rate: an hour takes 14 MB, less than WhatsApp's 16 MB."""
_UNREADABLE: Final = 3


def is_foreign(kind: str, mime: str) -> bool:
    """Is this audio that WhatsApp does not take, so that only a converted one can be sent?"""
    taken = LIMITS["audio"].mimes or frozenset()
    is_taken = base_of(mime) in taken and not mime.lower().endswith("codecs=vorbis")
    return kind == "audio" and not is_taken


async def to_voice(source: Path, into: Path, *, within_s: float) -> Failure | None:
    """Write the sound of `source` into `into`. On a failure `into` is absent.

    The operator acts where the file has no sound that can be read; a conversion that takes longer than
    `within_s` seconds is tried again later.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        str(source),
        str(into),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        status = await asyncio.wait_for(child.wait(), within_s)
    except TimeoutError:
        return Failure(
            policy=Policy.RETRY,
            code="voice_timeout",
            message=f"the audio was not converted within {within_s:g} s",
            who_acts=Actor.NOBODY,
        )
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
        if child.returncode:
            await asyncio.to_thread(into.unlink, missing_ok=True)
    if not status:
        return None
    return Failure(
        policy=Policy.NEVER,
        code="media_type",
        message="WhatsApp takes no audio of this type, and its sound could not be read to convert it",
        who_acts=Actor.OPERATOR,
    )


def _convert(source: Path, into: Path) -> None:
    """In the child: decode the first sound of `source`, encode it. Raises av.FFmpegError, IndexError."""
    import av  # here: only the child pays for it

    with av.open(str(source)) as given, av.open(str(into), "w", format="ogg") as made:
        sound = given.streams.audio[0]
        voice = made.add_stream("libopus", rate=_SAMPLES_PER_S, layout="mono", bit_rate=_BITS_PER_S)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_SAMPLES_PER_S)
        for frame in given.decode(sound):
            for piece in resampler.resample(frame):
                made.mux(voice.encode(piece))
        for piece in resampler.resample(None):
            made.mux(voice.encode(piece))
        made.mux(voice.encode(None))


def _main() -> None:
    try:
        _convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except (OSError, ValueError, IndexError):  # av's errors are these as well
        sys.exit(_UNREADABLE)


if __name__ == "__main__":
    _main()
