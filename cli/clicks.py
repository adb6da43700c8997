"""What an administrator does by hand, done by HTTP: install in a simulated portal, connect a number.

Used by the demo and by the tests against running processes. It goes through the same doors as a browser.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import msgspec

_PATIENCE_S: Final = 60.0
_SESSION = re.compile(r'<script[^>]*id="session"[^>]*>(.*?)</script>', re.DOTALL)


class ClickFailed(Exception):
    """A step did not lead where it should; the text says which and what was seen."""


class Administrator:
    """An administrator of one portal of the sandbox at `sandbox_url`, for the API at `api_url`."""

    def __init__(self, sandbox_url: str, api_url: str, portal: str = "p1", *, language: str = "es") -> None:
        self._sandbox = httpx.Client(base_url=sandbox_url, timeout=30, trust_env=False)
        self._api = httpx.Client(base_url=api_url, timeout=30, trust_env=False)
        self._api_url = api_url
        self._portal = portal
        self._language = language

    def __enter__(self) -> Administrator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._sandbox.close()
        self._api.close()

    def install(self) -> None:
        """Install the application, unless it is, and wait until the portal is set up."""
        shown = self._portals().get(self._portal)
        if shown is None:
            body = {"name": self._portal, "lang": self._language}
            self._ok(self._sandbox.post("/sandbox/bitrix24/portals", json=body))
        if shown is None or not shown["installed"]:
            card = {
                "handler": f"{self._api_url}/bitrix24/app",
                "installer": f"{self._api_url}/bitrix24/install",
            }
            answer = self._ok(
                self._sandbox.post(f"/sandbox/bitrix24/portals/{self._portal}/install", json=card)
            )
            self._log_in(answer)
            self._until("the set-up of the portal", self._is_set_up)
            self._ok(self._api.post("/api/v1/portal/finish"))
            self._ok(self._sandbox.post(f"/sandbox/bitrix24/portals/{self._portal}/install-finish"))
        else:
            self.open_app()

    def open_app(self) -> None:
        """Open the application's page as the administrator; from now on `api` calls are his."""
        body = {"user_id": 1, "placement": "DEFAULT"}
        self._log_in(
            self._ok(self._sandbox.post(f"/sandbox/bitrix24/portals/{self._portal}/frames", json=body))
        )

    def connect(self, name: str, phone: str, line: str) -> str:
        """Add a number to an open line, unless it is there, and wait until it is active; returns its id."""
        channels = self._ok(self._api.get("/api/v1/channels"))
        known = next((channel for channel in channels if channel["phone"] == phone), None)
        if known is None:
            app = self._gupshup_app(name, phone)
            body = {
                "name": name,
                "line_id": line,
                "phone": phone,
                "app_id": app["app_id"],
                "app_name": app["name"],
                "app_key": app["key"],
            }
            known = self._ok(self._api.post("/api/v1/channels", json=body))
        channel_id = str(known["channel_id"])
        self._until("the channel to become active", lambda: self.channel(channel_id)["state"] == "active")
        return channel_id

    def leave_to_a_person(self, portal: str, app_name: str, phone: str, customers: Mapping[str, str]) -> None:
        """What a person tries by hand: a portal without us, a number nobody has, customers by number."""
        if portal not in self._portals():
            body = {"name": portal, "lang": self._language}
            self._ok(self._sandbox.post("/sandbox/bitrix24/portals", json=body))
        self._gupshup_app(app_name, phone)
        if not self._ok(self._sandbox.get("/sandbox/whatsapp")):
            for number, name in customers.items():
                self._ok(self._sandbox.put(f"/sandbox/whatsapp/{number}", json={"name": name}))

    def tell_company(self, company: Mapping[str, Any]) -> None:
        """Hire people and found departments in the portal (`PUT …/company` of the sandbox)."""
        self._ok(self._sandbox.put(f"/sandbox/bitrix24/portals/{self._portal}/company", json=company))

    def channel(self, channel_id: str) -> dict[str, Any]:
        """One channel as the panel shows it."""
        channels = self._ok(self._api.get("/api/v1/channels"))
        return next(channel for channel in channels if channel["channel_id"] == channel_id)

    def api(self, method: str, path: str, **options: Any) -> Any:
        """Call the administration API as this administrator; returns the JSON. Raises `ClickFailed`."""
        return self._ok(self._api.request(method, path, **options))

    def _portals(self) -> dict[str, dict[str, Any]]:
        return {portal["name"]: portal for portal in self._ok(self._sandbox.get("/sandbox/bitrix24/portals"))}

    def _gupshup_app(self, name: str, phone: str) -> dict[str, Any]:
        apps = self._ok(self._sandbox.get("/sandbox/gupshup/apps"))
        known = next((app for app in apps if app["phone"] == phone), None)
        if known is not None and "key" in known:
            return dict(known)
        made = self._ok(self._sandbox.post("/sandbox/gupshup/apps", json={"name": name, "phone": phone}))
        return dict(made)

    def _log_in(self, answer: dict[str, Any]) -> None:
        """Take the bearer token out of a page that was opened in a frame."""
        found = _SESSION.search(answer["body"])
        if answer["status"] != 200 or found is None:
            raise ClickFailed(f"the page answered {answer['status']}: {answer['body'][:500]}")
        session = msgspec.json.decode(found[1])
        self._api.headers["Authorization"] = f"Bearer {session['token']}"

    def _is_set_up(self) -> bool:
        portal = self._ok(self._api.get("/api/v1/portal"))
        return bool(portal["repaired_at"]) and portal["repair_failures"] == 0

    def _until(self, what: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline:
                raise ClickFailed(f"waited {_PATIENCE_S:g} s for {what}")
            time.sleep(0.1)

    @staticmethod
    def _ok(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise ClickFailed(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}"
            )
        return answer.json()
