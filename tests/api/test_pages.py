"""The pages as they leave the server: complete in three languages, safe with any text, cached for good."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters.explanations import explain, who_in_words
from api import pages
from api.pages import assets
from api.pages.documents import Page
from api.pages.texts import TEXTS
from connectors.bitrix24.texts import LANGUAGES, Language

pytestmark = pytest.mark.requirement("R2.1-a")

PAGES: tuple[Page, ...] = ("install", "app", "setting-connector", "chat-templates")
HOSTILE = """</script><script>alert("1")</script><!--' & \u2028"""
needs_panel = pytest.mark.skipif(
    not (assets.BUILT / "manifest.json").exists(), reason="THE PANEL IS NOT BUILT: run «make install»"
)


def session(**facts: Any) -> pages.PageSession:
    known: dict[str, Any] = {
        "page": "app",
        "token": "bearer-token",
        "language": "es",
        "portal_origin": "https://ejemplo.bitrix24.com",
        "user_name": "Rosa Quispe",
        "is_admin": True,
        "app_name": "WhatsAppB24",
        "placement_options": {"LINE": "3", "CONNECTOR": "wab24"},
        "scopes": ("imconnector",),
    }
    return pages.PageSession(**{**known, **facts})


def embedded(document: str) -> Any:
    """What the panel reads from the page's script element."""
    found = re.findall(r'<script type="application/json" id="session">(.*?)</script>', document, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


@needs_panel
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_language_and_carries_its_session(page: Page, language: Language) -> None:
    document = pages.render(session(page=page, language=language))
    assert f'<html lang="{language}">' in document
    assert "${" not in document
    assert embedded(document) == {
        "page": page,
        "token": "bearer-token",
        "language": language,
        "portal_origin": "https://ejemplo.bitrix24.com",
        "user_name": "Rosa Quispe",
        "is_admin": True,
        "app_name": "WhatsAppB24",
        "placement_options": {"LINE": "3", "CONNECTOR": "wab24"},
        "scopes": ["imconnector"],
    }


@needs_panel
@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_a_portal_says_can_end_a_script_or_begin_an_element(page: Page) -> None:
    hostile = session(page=page, user_name=HOSTILE, app_name=HOSTILE, placement_options={HOSTILE: HOSTILE})
    document = pages.render(hostile)
    assert '<script>alert("1")' not in document
    assert "<!--" not in document
    assert embedded(document)["placement_options"] == {HOSTILE: HOSTILE}
    assert "<b>" not in pages.refusal(403, "<b>", "es")


@needs_panel
def test_no_script_is_inline_and_nothing_comes_from_elsewhere() -> None:
    document = pages.render(session())
    scripts = re.findall(r"<script ([^>]*)>", document)
    assert [one for one in scripts if "src=" not in one] == ['type="application/json" id="session"']
    assert re.findall(r"\son\w+=|style=", document) == []
    assert re.findall(r"https?://", document.replace("https://ejemplo.bitrix24.com", "")) == []


def test_a_page_is_framed_by_its_portal_alone() -> None:
    policy = pages.content_security_policy("https://ejemplo.bitrix24.com")
    directives = dict(one.split(" ", 1) for one in policy.split("; "))
    assert directives == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self' https://ejemplo.bitrix24.com",
    }


def test_a_page_outside_a_portal_is_framed_by_nobody_and_runs_nothing() -> None:
    assert "frame-ancestors 'none'" in pages.content_security_policy("'none'")
    assert "<script" not in pages.outside("pt") + pages.refusal(503, "database_away", "pt")


@pytest.mark.requirement("R2.3-c")
def test_a_token_is_not_shown_by_the_session_itself() -> None:
    assert "bearer-token" not in f"{session()!r} {session()}"


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "administrator_only"), (503, "database_away"), (400, "a code of tomorrow")]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_what_happened_who_acts_and_what_to_do(
    status: int, reason: str, language: Language
) -> None:
    explained = explain(reason, status=status, language=language)
    document = pages.refusal(status, reason, language).replace("&#x27;", "'")
    for text in (explained.what, explained.todo, who_in_words(explained.who, language)):
        assert text in document
    assert f"{status} · {reason}" in document


def test_the_texts_are_complete_in_every_language() -> None:
    for language in LANGUAGES:
        assert TEXTS["es"].keys() == TEXTS[language].keys()
        assert [key for key, text in TEXTS[language].items() if not text.strip()] == []


@needs_panel
def test_the_panels_files_are_cached_for_good_and_compressed_as_the_browser_takes_them() -> None:
    document = pages.render(session())
    addresses = re.findall(r'"(/panel/[^"]+\.(?:js|css))"', document)
    assert len(addresses) >= 3
    with TestClient(Litestar(pages.static_routes(), openapi_config=None, logging_config=None)) as client:
        for address in addresses:
            plain = client.get(address, headers={"Accept-Encoding": "identity"})
            small = client.get(address, headers={"Accept-Encoding": "gzip, br"})
            assert (200, "public, max-age=31536000, immutable") == (
                plain.status_code,
                plain.headers["Cache-Control"],
            )
            kind = "text/css" if address.endswith(".css") else "text/javascript"
            assert plain.headers["Content-Type"].startswith(kind)
            assert "br" == small.headers["Content-Encoding"]
            assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"])
        for wrong in ("/panel/assets/main.js", "/panel/page.css", "/panel/assets/..%2Fmanifest.json"):
            assert 404 == client.get(wrong).status_code


def test_the_plain_pages_carry_their_own_style() -> None:
    (address,) = re.findall(r'href="(/panel/[^"]+\.css)"', pages.outside("es"))
    with TestClient(Litestar(pages.static_routes(), openapi_config=None, logging_config=None)) as client:
        assert 200 == client.get(address).status_code
