"""An operator's message as `messaging.submit` takes it."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.types.json import Jsonb

from adapters.operators import submission
from connectors.bitrix24.events import OperatorFile, OperatorMessage
from tests.adapters.conftest import Owner
from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.2-a")

ORIGIN = "https://p1.example"
PDF = OperatorFile(
    name="precios.pdf", type="file", mime="application/pdf", link="https://p1.example/~AbC12", size=1024
)


def _message(text: str | None = "Buenos días", *files: OperatorFile) -> OperatorMessage:
    return OperatorMessage(
        connector="wab24",
        line="1",
        chat_key="5215551234567",
        chat_id="1807",
        message_id="86497",
        user_id="7",
        text=text,
        files=list(files),
        at="2026-11-22T10:00:00Z",
    )


def test_a_text_is_one_part_with_the_ids_of_both_sides() -> None:
    expected = {
        "portal_id": "p",
        "source": "open_line",
        "key": "86497",
        "connector": "wab24",
        "line": "1",
        "chat_key": "5215551234567",
        "user_id": "7",
        "at": "2026-11-22T10:00:00Z",
        "portal_chat_id": "1807",
        "portal_message_id": "86497",
        "parts": [{"kind": "text", "text": "Buenos días"}],
    }
    assert expected == submission(_message(), "p", ORIGIN)


def test_a_relative_link_in_a_text_leads_to_the_portal() -> None:
    item = submission(_message("[url=/crm/deal/1/]el trato[/url]"), "p", ORIGIN)
    assert item is not None
    assert [{"kind": "text", "text": f"el trato ({ORIGIN}/crm/deal/1/)"}] == item["parts"]


def test_a_file_goes_with_what_the_portal_says_of_it() -> None:
    item = submission(_message(None, PDF), "p", ORIGIN)
    assert item is not None
    (part,) = item["parts"]
    assert "document" == part["kind"]
    assert {
        "url": f"{ORIGIN}/~AbC12",
        "mime": "application/pdf",
        "name": "precios.pdf",
        "size": 1024,
    } == part["media"]


@pytest.mark.parametrize("text", [None, "", "   ", "[b][/b]"])
def test_what_says_nothing_is_not_submitted(text: str | None) -> None:
    assert submission(_message(text), "p", ORIGIN) is None


def test_the_same_message_by_event_and_by_history_is_one_message(
    database: TestDatabase, portal: str, owner: Owner
) -> None:
    channel = owner.value("select tests.create_channel(%s)", portal)
    owner.value("select tests.customer_writes(%s, %s)", portal, channel)
    item = Jsonb([submission(_message("Hola", PDF), portal, ORIGIN)])
    with psycopg.connect(database.api_url, autocommit=True) as api:
        by_event = api.execute("select outcome from messaging.submit(%s)", (item,)).fetchall()
    with psycopg.connect(database.worker_url, autocommit=True) as worker:
        by_history = worker.execute("select outcome from messaging.submit(%s)", (item,)).fetchall()
    assert {("accepted",)} == set(by_event)
    assert {("duplicate",)} == set(by_history)
    kept = "select count(*) from messaging.message where portal_id = %s and direction = 'out'"
    assert len(by_event) == owner.value(kept, portal)
