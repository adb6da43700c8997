"""The kinds of messages in the database are those that the connectors judge files by."""

from __future__ import annotations

import psycopg
import pytest

from connectors.bitrix24.text import CAPTION_LIMIT, TEXT_LIMIT
from connectors.gupshup.messages import KINDS
from connectors.gupshup.outbound import MAX_CAPTION, MAX_TEXT
from connectors.media.limits import LIMITS
from tests.servers import TestDatabase

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.4-c")]


@pytest.fixture(scope="module")
def kinds(database: TestDatabase) -> dict[str, tuple[bool, int | None, frozenset[str] | None, int | None]]:
    """Kind → whether it arrives, characters, types and bytes of its file."""
    query = "select kind, may_arrive, max_text, mimes, max_bytes from messaging.message_kind"
    with psycopg.connect(database.url) as connection:
        return {
            kind: (arrives, most, None if mimes is None else frozenset(mimes), size)
            for kind, arrives, most, mimes, size in connection.execute(query).fetchall()
        }


def test_files_are_judged_by_the_published_sizes_and_types(
    kinds: dict[str, tuple[bool, int | None, frozenset[str] | None, int | None]],
) -> None:
    for kind in ("image", "video", "audio", "document"):
        assert (LIMITS[kind].mimes, LIMITS[kind].max_bytes) == kinds[kind][2:], kind
    moving = LIMITS["animated_sticker"]
    assert (moving.mimes, moving.max_bytes) == kinds["sticker"][2:]


def test_texts_and_captions_are_split_by_the_published_lengths(
    kinds: dict[str, tuple[bool, int | None, frozenset[str] | None, int | None]],
) -> None:
    assert (TEXT_LIMIT, MAX_TEXT) == (kinds["text"][1], kinds["text"][1])
    assert [CAPTION_LIMIT, MAX_CAPTION] * 3 == [
        kinds[k][1] for k in ("image", "video", "document") for _ in "ab"
    ]


def test_every_kind_that_the_webhook_can_state_is_published(
    kinds: dict[str, tuple[bool, int | None, frozenset[str] | None, int | None]],
) -> None:
    assert KINDS == {kind for kind, (arrives, *_) in kinds.items() if arrives}
