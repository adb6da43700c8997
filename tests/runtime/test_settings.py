"""Environment variables: defaults, derivation, one clear line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.secrets import role_password
from runtime.settings import SettingRefused, Settings, role_address, variables
from tests.servers import SECRET_KEYS

pytestmark = pytest.mark.requirement("R2.2-f")

KEY = SECRET_KEYS[0]  # constant, so that every worker collects the same cases
GIVEN = {
    "DATABASE_URL": "postgresql://boss:p%40ss@db:5433/wab?sslmode=require",
    "SECRET_KEYS": KEY,
    "PUBLIC_URL": "https://wab.example.com/",
    "BITRIX24_CLIENT_ID": "local.1",
    "BITRIX24_CLIENT_SECRET": "very-secret",
}


def test_what_is_not_set_has_its_default() -> None:
    settings = Settings.load(GIVEN)
    assert "https://wab.example.com" == settings.public_url
    assert 8000 == settings.port
    assert ("https://oauth.bitrix.info", "https://oauth.bitrix24.tech") == settings.bitrix24_auth_servers
    assert () == settings.trusted_origins
    assert Path("var/spool") == settings.spool_dir
    assert ("wab24", "WhatsAppB24", 30, "INFO") == (
        settings.connector_id,
        settings.app_name,
        settings.trace_keep_days,
        settings.log_level,
    )


def test_the_roles_addresses_come_from_the_database_and_the_first_key() -> None:
    settings = Settings.load({**GIVEN, "WORKER_DATABASE_URL": "postgresql://w:x@pooler/wab"})
    password = role_password([KEY], "whatsappb24_api")
    assert f"postgresql://whatsappb24_api:{password}@db:5433/wab?sslmode=require" == settings.api_database_url
    assert "postgresql://w:x@pooler/wab" == settings.worker_database_url


def test_a_role_address_replaces_the_user_and_keeps_the_rest() -> None:
    assert "postgresql://r:a%2Fb@/wab?host=/run/pg" == role_address(
        "postgresql:///wab?host=/run/pg", "r", "a/b"
    )


@pytest.mark.parametrize("name", [name for name, known in variables().items() if known.default is None])
def test_a_missing_variable_is_named_in_one_line(name: str) -> None:
    with pytest.raises(SettingRefused, match=f"^{name} is not set") as refused:
        Settings.load({**GIVEN, name: " "})
    assert "\n" not in str(refused.value)
    assert "Example: " in str(refused.value)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("DATABASE_URL", "mysql://u:hush@h/d"),
        ("DATABASE_URL", "postgresql://u:hush@h"),
        ("SECRET_KEYS", "hush"),
        ("SECRET_KEYS", f"{KEY},hush"),
        ("SECRET_KEYS", ","),
        ("PUBLIC_URL", "wab.example.com"),
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("TRACE_KEEP_DAYS", "2"),
        ("LOG_LEVEL", "LOUD"),
        ("CONNECTOR_ID", "Wab 24"),
        ("TRUSTED_ORIGINS", "http://ok,nope"),
        ("WORKER_CONCURRENCY", "0"),
    ],
)
def test_a_wrong_value_is_explained_in_one_line_and_never_shown(name: str, wrong: str) -> None:
    with pytest.raises(SettingRefused, match=f"^{name} ") as refused:
        Settings.load({**GIVEN, name: wrong})
    assert "\n" not in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_command_asks_only_for_what_it_needs() -> None:
    settings = Settings.load({"DATABASE_URL": GIVEN["DATABASE_URL"]}, needs={"DATABASE_URL"})
    assert ("", (), "") == (settings.public_url, settings.secret_keys, settings.api_database_url)


def test_printed_settings_hide_their_secrets() -> None:
    printed = repr(Settings.load(GIVEN))
    assert "public_url='https://wab.example.com'" in printed
    for secret in ("p%40ss", KEY, "very-secret", role_password([KEY], "whatsappb24_api")):
        assert secret not in printed


def test_every_variable_is_explained_in_both_languages() -> None:
    for name, variable in variables().items():
        assert variable.en, name
        assert variable.es, name
        assert variable.example, name
        assert variable.en != variable.es, name
