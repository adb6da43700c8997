"""Puts a page together: its words, its session, its files, and the policy that it is served with."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any, Final, Literal

import msgspec

from api.pages.assets import address, import_map
from api.pages.reasons import CODES, WHO_ACTS, group_of
from api.pages.texts import TEXTS
from connectors.bitrix24.texts import Language

Page = Literal["install", "app", "setting-connector"]


class _Document(Template):
    """A template whose placeholders may be keys of `texts`, such as `${install.title}`."""

    idpattern = r"(?a:[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)"


_TEMPLATES: Final = {
    file.stem: _Document(file.read_text(encoding="utf-8"))
    for file in (Path(__file__).parent / "templates").iterdir()
}


class PageSession(msgspec.Struct, frozen=True, kw_only=True):
    """What a page knows of the person in front of it; written into the page, so nothing else belongs here."""

    token: str
    """A bearer token for `/api/v1`; the page keeps it in memory only."""
    portal_origin: str
    """`https://portal.bitrix24.com`, confirmed by the authorization server: the page speaks to no other."""
    user_name: str
    is_admin: bool
    app_name: str
    placement_options: dict[str, Any]
    """`PLACEMENT_OPTIONS` (contracts/bitrix24.md §2.1): `LINE`, `CONNECTOR`, … of a connector's settings."""
    scopes: Sequence[str]

    def __repr__(self) -> str:
        return f"PageSession(portal_origin={self.portal_origin!r}, token=[secret])"


def render(page: Page, *, language: Language, session: PageSession, nonce: str) -> str:
    """A page for a verified person. Serve it with `content_security_policy(nonce, session.portal_origin)`."""
    texts = TEXTS[language]
    words = {"language": language, "texts": texts, "codes": CODES, "who_acts": WHO_ACTS}
    shared = {"app_name": session.app_name, "user_name": session.user_name}
    pieces = {name: _fill(name, language, shared) for name in ("add-channel", "confirm")}
    content = _fill(page, language, shared, pieces)
    markup = {
        "stylesheet": address("page.css"),
        "import_map": _json(import_map()),
        "session": _json(session),
        "words": _json(words),
        "script": address(f"{page}.js"),
        "content": content,
    }
    heading = texts[f"{_key(page)}.title"]
    return _fill("page", language, {"title": f"{heading} · {session.app_name}", "nonce": nonce}, markup)


def refusal(status: int, reason: str, language: Language) -> str:
    """Why a page cannot be shown, who acts, what to do. `reason`: a code of `reasons`, or any other."""
    group = group_of(reason, status)
    texts = TEXTS[language]
    facts = {
        "title": texts[f"why.{group}"],
        "advice": texts[f"why.{group}.do"],
        "who": texts[f"who.{WHO_ACTS[group]}"],
        "code": f"{status} · {reason}",
    }
    return _fill("refusal", language, facts, {"stylesheet": address("page.css")})


def outside(language: Language) -> str:
    """The page for somebody who opens our address in a browser, and for the Market's own check."""
    return _fill("outside", language, {}, {"stylesheet": address("page.css")})


def content_security_policy(nonce: str, portal_origin: str) -> str:
    """The value of `Content-Security-Policy`: our own files, and framed by nobody but this portal.

    `portal_origin` may also be `https:` before the portal is verified, or `'none'` for a page that is in no
    frame. `nonce` (empty: no inline script at all) admits the import map, the only script inside a page.
    """
    ancestors = portal_origin if portal_origin == "'none'" else f"'self' {portal_origin}"
    scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'self'; script-src {scripts}; img-src 'self' data:; object-src 'none'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )


def _fill(name: str, language: Language, facts: dict[str, str], markup: dict[str, str] | None = None) -> str:
    """Fill a template: texts and facts are escaped, `markup` is ours and is not. Raises KeyError."""
    escaped = {key: html.escape(value) for key, value in {**TEXTS[language], **facts}.items()}
    pieces = {_key(piece): content for piece, content in (markup or {}).items()}
    return _TEMPLATES[name].substitute({**escaped, **pieces, "language": language})


def _key(name: str) -> str:
    return name.replace("-", "_")


def _json(value: Any) -> str:
    """JSON that cannot end the script element around it."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")
