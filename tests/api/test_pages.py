"""The pages as they leave the server: complete in three languages, safe with any text, cached for good."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api import pages
from api.pages.assets import import_map
from api.pages.documents import Page
from api.pages.reasons import WHO_ACTS, group_of
from api.pages.texts import TEXTS
from connectors.bitrix24.texts import LANGUAGES, Language

pytestmark = pytest.mark.requirement("R2.1-a")

ROOT = Path(__file__).parents[2]
PAGES: tuple[Page, ...] = ("install", "app", "setting-connector")
HOSTILE = """</script><script>alert("1")</script><!--' & \u2028"""


def session(**facts: Any) -> pages.PageSession:
    known: dict[str, Any] = {
        "token": "bearer-token",
        "portal_origin": "https://ejemplo.bitrix24.com",
        "user_name": "Rosa Quispe",
        "is_admin": True,
        "app_name": "WhatsAppB24",
        "placement_options": {"LINE": "3", "CONNECTOR": "wab24"},
        "scopes": ("imconnector",),
    }
    return pages.PageSession(**{**known, **facts})


def embedded(document: str, name: str) -> Any:
    """What a page reads from its own script element."""
    found = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', document, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_language_and_carries_its_session(page: Page, language: Language) -> None:
    document = pages.render(page, language=language, session=session(), nonce="n0nce")
    assert f'<html lang="{language}">' in document
    assert TEXTS[language][f"{page.replace('-', '_')}.title"] in document
    assert "${" not in document
    assert embedded(document, "session") == {
        "token": "bearer-token",
        "portal_origin": "https://ejemplo.bitrix24.com",
        "user_name": "Rosa Quispe",
        "is_admin": True,
        "app_name": "WhatsAppB24",
        "placement_options": {"LINE": "3", "CONNECTOR": "wab24"},
        "scopes": ["imconnector"],
    }


@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_a_portal_says_can_end_a_script_or_begin_an_element(page: Page) -> None:
    hostile = session(user_name=HOSTILE, app_name=HOSTILE, placement_options={HOSTILE: HOSTILE})
    document = pages.render(page, language="es", session=hostile, nonce="n0nce")
    assert '<script>alert("1")' not in document
    assert "<!--" not in document
    assert embedded(document, "session")["placement_options"] == {HOSTILE: HOSTILE}
    assert "<b>" not in pages.refusal(403, "<b>", "es")


def test_only_the_import_map_is_inline_and_it_carries_the_nonce() -> None:
    document = pages.render("app", language="es", session=session(), nonce="n0nce")
    scripts = re.findall(r"<script ([^>]*)>", document)
    inline = [one for one in scripts if "src=" not in one and "application/json" not in one]
    assert inline == ['type="importmap" nonce="n0nce"']
    assert re.findall(r"\son\w+=|style=", document) == []
    assert set(re.findall(r'(?:href|src)="([^"]*)"', document)) >= {"data:,"}
    assert re.findall(r"https?://", document.replace("https://ejemplo.bitrix24.com", "")) == []


def test_a_page_is_framed_by_its_portal_alone() -> None:
    policy = pages.content_security_policy("n0nce", "https://ejemplo.bitrix24.com")
    directives = dict(one.split(" ", 1) for one in policy.split("; "))
    assert directives == {
        "default-src": "'self'",
        "script-src": "'self' 'nonce-n0nce'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self' https://ejemplo.bitrix24.com",
    }


def test_a_page_outside_a_portal_is_framed_by_nobody_and_runs_nothing() -> None:
    policy = pages.content_security_policy("", "'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "<script" not in pages.outside("pt") + pages.refusal(503, "database_away", "pt")


@pytest.mark.requirement("R2.3-c")
def test_a_token_is_not_shown_by_the_session_itself() -> None:
    assert "bearer-token" not in f"{session()!r} {session()}"


@pytest.mark.parametrize(
    ("status", "reason", "group"),
    [
        (403, "administrator_only", "administrator_only"),
        (403, "expired_token", "token"),
        (403, "a code of tomorrow", "unconfirmed"),
        (503, "database_away", "away"),
        (503, "timeout", "portal_away"),
        (503, "a code of tomorrow", "away"),
        (400, "frame", "unreadable"),
        (400, "a code of tomorrow", "not_accepted"),
        (500, "a code of tomorrow", "fault"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_what_happened_who_acts_and_what_to_do(
    status: int, reason: str, group: str, language: Language
) -> None:
    texts = TEXTS[language]
    document = pages.refusal(status, reason, language)
    assert group == group_of(reason, status)
    for key in (f"why.{group}", f"why.{group}.do", f"who.{WHO_ACTS[group]}"):
        assert texts[key] in document.replace("&#x27;", "'")
    assert f"{status} · {reason}" in document


def test_the_texts_are_complete_in_every_language() -> None:
    keys = set(TEXTS["es"])
    for language in LANGUAGES:
        texts = TEXTS[language]
        assert keys == set(texts), language
        assert [key for key, text in texts.items() if text.strip() == "" or text != text.strip()] == []
        for key, text in texts.items():
            assert re.findall(r"\{\w+\}", TEXTS["es"][key]) == re.findall(r"\{\w+\}", text), (language, key)


def test_a_sentence_is_not_left_in_another_language() -> None:
    for other in ("en", "pt"):
        same = [
            key for key, text in TEXTS["es"].items() if len(text.split()) > 3 and TEXTS[other][key] == text
        ]
        assert same == []


def test_every_text_that_a_script_says_exists() -> None:
    sources = "".join(one.read_text() for one in (ROOT / "api/pages/static").glob("*.js"))
    said = set(re.findall(r'"([a-z_]+\.[a-z_.]+)"', sources)) | set(re.findall(r'say\("([^"]+)"', sources))
    assert said - set(TEXTS["es"]) == set()
    assert {"app.no_channels", "install.finished", "tests.checking"} <= said


def test_every_state_and_action_of_the_published_machine_has_words() -> None:
    schema = (ROOT / "sql/schema/0003.tenancy.sql").read_text()
    states = re.findall(r"^  \('(\w+)',\s+'(\w+)',\s+'\w+',\s+(?:true|false)", schema, re.MULTILINE)
    assert len(states) == 7
    for state, next_action in states:
        assert {f"state.{state}", f"next.{next_action}"} <= set(TEXTS["es"])


def test_every_kind_of_step_in_a_timeline_has_a_name() -> None:
    timeline = (ROOT / "sql/procs/trace/timeline.sql").read_text()
    kinds = set(re.findall(r"^ {8}select [^']*'(\w+)'", timeline, re.MULTILINE))
    assert {"message", "parked", "log"} <= kinds
    assert {f"what.{kind}" for kind in kinds} <= set(TEXTS["es"])


def test_the_pages_files_are_cached_for_good_under_names_of_their_content() -> None:
    document = pages.render("app", language="es", session=session(), nonce="n0nce")
    addresses = re.findall(r'"(/pages/[^"]+\.[0-9a-f]{12}\.(?:js|css))"', document)
    modules = import_map()["imports"]
    assert set(modules.values()) < set(addresses)
    with TestClient(Litestar(pages.static_routes(), openapi_config=None, logging_config=None)) as client:
        for address in addresses:
            answer = client.get(address)
            assert (200, "public, max-age=31536000, immutable", "nosniff") == (
                answer.status_code,
                answer.headers["Cache-Control"],
                answer.headers["X-Content-Type-Options"],
            )
            kind = "text/css" if address.endswith(".css") else "text/javascript"
            assert f"{kind}; charset=utf-8" == answer.headers["Content-Type"]
        for wrong in ("/pages/app.js", "/pages/page.000000000000.css", "/pages/..%2Fdocuments.py"):
            assert 404 == client.get(wrong).status_code


def test_every_import_between_modules_is_in_the_import_map() -> None:
    modules = import_map()["imports"]
    for source in (ROOT / "api/pages/static").glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', source.read_text()):
            assert f"/pages/{name}" in modules
