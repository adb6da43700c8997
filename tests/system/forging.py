"""What a forger would send: requests that are wrong in one point each, and a trap inside our network."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from cli.clicks import Administrator
from runtime.bearer import Bearer, Holder
from sandbox.bitrix24 import php
from tests.servers import SECRET_KEYS
from tests.system.house import PORTAL, House

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_MB = 1024 * 1024
_UNKNOWN_ID = "019aa000-0000-7000-8000-000000000000"


class Trap:
    """A port inside our network that nobody may knock on."""

    def __init__(self) -> None:
        self.knocks = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                knocking, _ = self._socket.accept()
            except OSError:
                return
            self.knocks += 1
            knocking.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Forger:
    """Knows everything that an outsider could know, and the tokens of another portal."""

    def __init__(self, house: House, other: Administrator, trap: Trap, customer: str) -> None:
        self._house = house
        self._customer = customer
        self._other = other
        self._trap = trap
        self.issued: list[str] = []
        """Every bearer token that was used here."""

    # Gupshup's door

    def callback(self, body: bytes) -> httpx.Response:
        """A callback with both secrets right."""
        return self._house.call_back(body)

    def wrong_route(self) -> httpx.Response:
        return self._house.api.post(f"/webhooks/gupshup/{'x' * 43}", json={"type": "message"})

    def wrong_header(self, header: str) -> httpx.Response:
        return self._house.call_back({"type": "message"}, header=header)

    def no_header(self) -> httpx.Response:
        route, _ = self._house.webhook_secrets()
        return self._house.api.post(f"/webhooks/gupshup/{route}", json={"type": "message"})

    # Bitrix24's door

    def event(self, body: bytes) -> httpx.Response:
        return self._house.post_event(body)

    def event_with(self, name: str = "ONIMCONNECTORMESSAGEADD", **auth: Any) -> httpx.Response:
        form = self._house.operator_event(self._customer, (900_001, "no debe salir"))
        said = {**form["auth"], **auth}
        return self._house.post_event({**form, "event": name, "auth": {k: v for k, v in said.items() if v}})

    def event_of_another_portal(self) -> httpx.Response:
        token = self._house.remembered()["bitrix24"]["portals"]["p2"]["installation"]["application_token"]
        return self.event_with(application_token=token)

    def forged_installation(self) -> httpx.Response:
        inside = f"http://{self._trap.host}/rest/"
        return self.event_with(
            "ONAPPINSTALL",
            application_token="forged",
            access_token="forged",
            user_id="1",
            server_endpoint=inside,
            client_endpoint=inside,
        )

    def installation_of_another_portal(self) -> httpx.Response:
        """A true token of one portal must not install an application token on another one."""
        return self.event_with(
            "ONAPPINSTALL", application_token="planted", access_token=self._token("p2"), user_id="1"
        )

    # Frames

    def frame(
        self, page: str = "app", domain: str = "", user_id: int = 1, portal: str = PORTAL, **form: str
    ) -> httpx.Response:
        fields = {
            "AUTH_ID": self._token(portal, user_id),
            "AUTH_EXPIRES": "3600",
            "REFRESH_ID": "refresh",
            "SERVER_ENDPOINT": f"{self._house.sandbox_url}/auth/rest/",
            "member_id": self._portal(PORTAL)["member_id"],
            "PLACEMENT": "DEFAULT",
            **form,
        }
        query = {
            "DOMAIN": domain or self._house.sandbox_url.partition("://")[2],
            "PROTOCOL": "0",
            "LANG": "es",
            "APP_SID": "f" * 32,
        }
        address = f"/bitrix24/{page}?{urlencode(query)}"
        return self._house.api.post(address, content=php.build_query(fields), headers=_FORM)

    def frame_body(self, body: bytes) -> httpx.Response:
        return self._house.api.post("/bitrix24/install", content=body, headers=_FORM)

    def inside(self) -> str:
        return f"http://{self._trap.host}/rest/"

    def host_inside(self) -> str:
        return self._trap.host

    # The API

    def api(self, method: str, path: str, token: str | None = None, **options: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token or self.token()}"} if token != "" else {}
        return self._house.api.request(
            method, path, headers={**bearer, **options.pop("headers", {})}, **options
        )

    def token(self, **more: Any) -> str:
        (portal_id,) = self._house.query(
            "select portal_id::text from tenancy.portal where member_id = %s",
            self._portal(PORTAL)["member_id"],
        )[0]
        holder = Holder(portal_id=portal_id, user_id="1", language="es")
        token = Bearer(more.get("keys", SECRET_KEYS), **more.get("options", {})).issue(holder)
        self.issued.append(token)
        return token

    def unsigned_token(self) -> str:
        """Our own claims under the algorithm «none»."""
        _, claims, _ = self.token().split(".")
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=")
        return f"{header.decode()}.{claims}."

    def channel_of_another_portal(self) -> str:
        return str(self._other.api("GET", "/api/v1/channels")[0]["channel_id"])

    def conversation_of_another_portal(self) -> str:
        return str(self._other.api("GET", "/api/v1/conversations")[0]["conversation_id"])

    def message_of_another_portal(self) -> str:
        conversation = self.conversation_of_another_portal()
        return str(self._other.api("GET", f"/api/v1/conversations/{conversation}/messages")[0]["message_id"])

    def knows_the_operator(self) -> bool:
        """Does the simulation's memory hold an operator's token yet?"""
        return bool(self._tokens(PORTAL, 27)) and bool(self._tokens("p2", 1))

    def tokens(self) -> list[str]:
        """Every token that the simulation ever gave out."""
        granted = self._house.remembered()["bitrix24"]["tokens"]
        return [token for kind in granted.values() for token in kind]

    def _portal(self, name: str) -> dict[str, Any]:
        return dict(self._house.remembered()["bitrix24"]["portals"][name])

    def _token(self, portal: str, user_id: int = 1) -> str:
        return self._tokens(portal, user_id)[-1]

    def _tokens(self, portal: str, user_id: int) -> list[str]:
        """The access tokens that the portal gave to this user, the newest last."""
        granted = self._house.remembered()["bitrix24"]["tokens"]["access"]
        whose = (self._portal(portal)["member_id"], user_id)
        return [token for token, grant in granted.items() if (grant["member_id"], grant["user_id"]) == whose]


Call = Callable[[Forger], httpx.Response]
DEEP = b'{"a":' * 50 + b"1" + b"}" * 50
REFUSED: dict[str, tuple[int, str, Call]] = {
    "a wrong secret in the address": (404, "unknown_route", Forger.wrong_route),
    "a wrong header": (403, "route_header", lambda it: it.wrong_header("wrong")),
    "no header": (403, "route_header", Forger.no_header),
    "a callback of 5 MB": (
        413,
        "request_entity_too_large",
        lambda it: it.callback(b'{"a":"' + b"x" * 5 * _MB + b'"}'),
    ),
    "a callback that is not UTF-8": (400, "not_utf8", lambda it: it.callback(b'{"type":"\xff\xfe"}')),
    "a callback that is not JSON": (400, "not_json", lambda it: it.callback(b"payload=1")),
    "an empty callback": (400, "not_json", lambda it: it.callback(b"")),
    "a number of 5,000 digits": (
        400,
        "not_json",
        lambda it: it.callback(b'{"timestamp":' + b"9" * 5_000 + b"}"),
    ),
    "a callback that is a list": (400, "not_an_object", lambda it: it.callback(b"[]")),
    "a callback 50 deep": (400, "too_deep", lambda it: it.callback(DEEP)),
    "a callback 100,000 deep": (400, "too_deep", lambda it: it.callback(b'{"a":' + b"[" * 100_000)),
    "an unknown portal": (404, "unknown_portal", lambda it: it.event_with(member_id="f" * 32)),
    "a wrong application token": (
        403,
        "application_token",
        lambda it: it.event_with(application_token="wrong"),
    ),
    "another portal's application token": (403, "application_token", Forger.event_of_another_portal),
    "no application token": (400, "event", lambda it: it.event_with(application_token=None)),
    "a form of 5 MB": (413, "request_entity_too_large", lambda it: it.event(b"event=" + b"x" * 5 * _MB)),
    "a form of 2,000 keys": (
        413,
        "form",
        lambda it: it.event(b"&".join(b"data[%d]=1" % number for number in range(2_000))),
    ),
    "a form 50 deep": (400, "form", lambda it: it.event(b"data" + b"[a]" * 50 + b"=1")),
    "a form that is not UTF-8": (400, "form", lambda it: it.event(b"event=%FF%FE")),
    "a form that says a key twice": (400, "form", lambda it: it.event(b"event=A&event=B")),
    "an empty form": (400, "event", lambda it: it.event(b"")),
    "a forged installation from inside our network": (403, "server_endpoint", Forger.forged_installation),
    "an installation with another portal's token": (
        403,
        "member_mismatch",
        Forger.installation_of_another_portal,
    ),
    "no bearer token": (401, "bearer", lambda it: it.api("GET", "/api/v1/channels", "")),
    "a made-up bearer token": (401, "bearer", lambda it: it.api("GET", "/api/v1/channels", "a.b.c")),
    "a bearer token signed by somebody else": (
        401,
        "bearer",
        lambda it: it.api(
            "GET", "/api/v1/portal", it.token(keys=("c29tZWJvZHkgZWxzZSdzIGtleSwgbm90IG91cnM=",))
        ),
    ),
    "a bearer token that nobody signed": (
        401,
        "bearer",
        lambda it: it.api("GET", "/api/v1/portal", it.unsigned_token()),
    ),
    "an expired bearer token": (
        401,
        "bearer",
        lambda it: it.api("GET", "/api/v1/portal", it.token(options={"valid_for": timedelta(minutes=-1)})),
    ),
    "another portal's channel": (
        404,
        "unknown_channel",
        lambda it: it.api("POST", f"/api/v1/channels/{it.channel_of_another_portal()}/disconnect"),
    ),
    "another portal's message": (
        404,
        "unknown_message",
        lambda it: it.api(
            "POST", f"/api/v1/messages/{it.message_of_another_portal()}/resolve", json={"verdict": "drop"}
        ),
    ),
    "an id that is none": (404, "not_found", lambda it: it.api("POST", "/api/v1/channels/nonsense/check")),
    "a body that is not JSON": (
        400,
        "bad_request",
        lambda it: it.api("POST", "/api/v1/channels", content=b"{", headers=_JSON),
    ),
    "a body that is not UTF-8": (
        400,
        "not_utf8",
        lambda it: it.api("POST", "/api/v1/channels", content=b'{"name":"\xff"}', headers=_JSON),
    ),
    "a field with a lone surrogate": (
        400,
        "bad_request",
        lambda it: it.api("POST", "/api/v1/channels", content=b'{"name":"a\\ud800b"}', headers=_JSON),
    ),
    "a field of a wrong type": (
        400,
        "bad_request",
        lambda it: it.api("POST", f"/api/v1/messages/{_UNKNOWN_ID}/resolve", json={"verdict": 1e308}),
    ),
    "an address that does not exist": (404, "not_found", lambda it: it.api("GET", "/api/v1/nothing")),
    "a method that does not exist": (
        405,
        "method_not_allowed",
        lambda it: it.api("DELETE", "/api/v1/channels"),
    ),
    "a file's address that we did not make": (404, "media", lambda it: it.api("GET", "/media/made.up")),
}
"""What a door answers with a problem: status, reason, the request."""
NO_FRAME: dict[str, tuple[int, Call]] = {
    "a token that nobody gave out": (403, lambda it: it.frame(AUTH_ID="forged")),
    "another portal's token": (403, lambda it: it.frame(portal="p2")),
    "a domain inside our network": (403, lambda it: it.frame(domain=it.host_inside())),
    "the metadata service as domain": (403, lambda it: it.frame(domain="169.254.169.254")),
    "an authorization server inside our network": (403, lambda it: it.frame(SERVER_ENDPOINT=it.inside())),
    "an authorization server of somebody": (
        403,
        lambda it: it.frame(SERVER_ENDPOINT="https://evil.example/rest/"),
    ),
    "a member id of another portal": (403, lambda it: it.frame(member_id="f" * 32)),
    "an installation by an operator": (403, lambda it: it.frame("install", user_id=27)),
    "a form without fields": (400, lambda it: it.frame_body(b"a=b")),
    "a form of 2,000 keys": (413, lambda it: it.frame_body(b"&".join(b"k%d=1" % n for n in range(2_000)))),
    "a form of 5 MB": (413, lambda it: it.frame_body(b"AUTH_ID=" + b"x" * 5 * _MB)),
    "a form that is not UTF-8": (400, lambda it: it.frame_body(b"AUTH_ID=%FF")),
}
"""What a frame answers with a page: status, the request."""
