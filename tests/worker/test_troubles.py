"""What an author reads when his message did not go out: in three languages, and about the right thing."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from connectors.gupshup.failures import ERROR_CODES
from connectors.outside import Policy
from tests.servers import ROOT
from worker.troubles import REASONS, TITLES, Language, trouble_text

pytestmark = pytest.mark.requirement("R1")
LANGUAGES = get_args(Language)


def _notice(**facts: Any) -> dict[str, Any]:
    plain = {
        "state": "failed",
        "reason": None,
        "detail": None,
        "text": "Buenos días",
        "contact_name": "Carla",
    }
    return {**plain, "chat_key": "5215551234567", **facts}


@pytest.mark.parametrize("texts", [*TITLES.values(), *REASONS.values()])
def test_every_sentence_exists_in_every_language(texts: dict[str, str]) -> None:
    assert set(LANGUAGES) == set(texts)
    assert all(texts.values())


def test_every_refusal_of_an_operator_s_message_has_words_of_its_own() -> None:
    deciding = (ROOT / "sql/procs/messaging/decide_outgoing.sql").read_text()
    reading = (ROOT / "sql/procs/messaging/read_outgoing.sql").read_text()
    told = set(re.findall(r"then '([a-z_]+)'", deciding)) - {
        "refused",
        "quarantined",
        "accepted",
        "unknown_chat",
    }
    told |= {"too_long"} & set(re.findall(r"'([a-z_]+)'", reading))
    assert set() == told - set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["failed", "refused", "unknown", "expired", "delivered"])
def test_a_notice_says_whom_it_is_about_and_what_was_written(state: str, language: Language) -> None:
    title, text = trouble_text(_notice(state=state, reason="window"), language)
    assert title.startswith("WhatsApp: ")
    assert text.startswith("Carla:\n")
    assert text.endswith("«Buenos días»")


@pytest.mark.parametrize("code", [code for code, row in ERROR_CODES.items() if row.policy is Policy.TEMPLATE])
def test_outside_the_window_the_author_is_told_to_send_a_template(code: str) -> None:
    _, text = trouble_text(_notice(reason=code, detail={"policy": "template"}), "es")
    assert "plantilla" in text


def test_a_code_without_words_is_shown_with_what_the_provider_said() -> None:
    _, text = trouble_text(_notice(reason="9999", detail={"reason": "Strange thing"}), "en")
    assert "(9999) Strange thing" in text


def test_a_healed_message_does_not_repeat_the_old_trouble() -> None:
    title, text = trouble_text(_notice(state="read", reason=None), "pt")
    assert TITLES["healed"]["pt"] == title
    assert REASONS["healed"]["pt"] in text
