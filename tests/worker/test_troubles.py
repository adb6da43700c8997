"""What an author reads when his message did not go out: in three languages, and about the right thing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from adapters.explanations import CODES, explain
from connectors.bitrix24.texts import LANGUAGES, Language
from connectors.gupshup.failures import ERROR_CODES
from connectors.outside import Policy
from tests.servers import ROOT
from worker.troubles import trouble_text

pytestmark = pytest.mark.requirement("R1")


def _notice(**facts: Any) -> dict[str, Any]:
    plain = {
        "state": "failed",
        "reason": None,
        "detail": None,
        "text": "Buenos días",
        "contact_name": "Carla",
    }
    return {**plain, "chat_key": "5215551234567", **facts}


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
    assert {"window", "too_long"} <= told
    assert set() == told - set(CODES["ours"])


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


def test_a_known_code_is_said_in_our_words_alone() -> None:
    _, text = trouble_text(_notice(reason="131026", detail={"reason": "Message undeliverable"}), "es")
    assert explain("131026", party="gupshup", language="es").what in text
    assert "131026" not in text


def test_what_the_author_cannot_mend_names_who_can() -> None:
    _, text = trouble_text(_notice(reason="1003", detail={"policy": "fix"}), "es")
    assert "Quién actúa: un administrador de su portal." in text
    _, own = trouble_text(_notice(reason="131047"), "es")
    assert "Quién actúa" not in own


def test_an_unknown_outcome_warns_of_the_duplicate_whatever_its_code() -> None:
    title, text = trouble_text(_notice(state="unknown", reason="timeout"), "en")
    assert "WhatsApp: it is not known whether the message left" == title
    assert "may get it twice" in text


def test_what_expired_was_not_sent_and_says_why() -> None:
    title, text = trouble_text(_notice(state="expired", reason="expired"), "es")
    assert "WhatsApp: el mensaje no se envió" == title
    assert "esperó demasiado" in text


def test_a_healed_message_does_not_repeat_the_old_trouble() -> None:
    title, text = trouble_text(_notice(state="read", reason=None), "pt")
    assert "WhatsApp: a mensagem chegou, sim" == title
    assert "o cliente recebeu a mensagem" in text
