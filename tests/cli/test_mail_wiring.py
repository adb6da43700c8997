"""Whether letters are sent is said by the settings alone."""

from __future__ import annotations

from typing import cast

import pytest

from cli.worker import WORKER_NEEDS, postman
from runtime.secrets import generate_key
from runtime.settings import SettingRefused, Settings
from runtime.trace import Trace

pytestmark = pytest.mark.requirement("R4-c")
NEEDED = {
    "DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x",
    "SECRET_KEYS": generate_key(),
    "PUBLIC_URL": "https://whatsapp.example.com",
    "BITRIX24_CLIENT_ID": "local.1",
    "BITRIX24_CLIENT_SECRET": "x",
}
TRACE = cast("Trace", None)
"""Nothing is handed over here."""


def _settings(**more: str) -> Settings:
    return Settings.load({**NEEDED, **more}, needs=WORKER_NEEDS)


def test_without_a_mail_server_nobody_sends() -> None:
    assert postman(_settings(), TRACE) is None


def test_a_mail_server_without_a_sender_is_refused_before_anything_starts() -> None:
    with pytest.raises(SettingRefused, match=r"^SMTP_FROM is not set"):
        postman(_settings(SMTP_HOST="smtp.example.com"), TRACE)
    with pytest.raises(SettingRefused, match=r"^SMTP_FROM is not a mail address"):
        _settings(SMTP_FROM="saldo at example")


def test_with_both_there_is_somebody_and_the_password_is_not_shown() -> None:
    settings = _settings(
        SMTP_HOST="smtp.example.com", SMTP_FROM="Saldo <saldo@example.com>", SMTP_PASSWORD="s3cret!"
    )
    assert postman(settings, TRACE) is not None
    assert "s3cret!" not in repr(settings)
