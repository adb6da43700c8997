"""Subscriptions: what a form may say, and what the service answers (contract §1.5)."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.sending import Refusal
from sandbox.gupshup.state import SandboxApp, Subscription

MOST = 5
_BITS = {
    "SENT": 1,
    "DELIVERED": 2,
    "READ": 4,
    "DELETED": 8,
    "OTHERS": 16,
    "FAILED": 32,
    "MESSAGE": 64,
    "TEMPLATE": 128,
    "ACCOUNT": 256,
    "BILLING": 512,
    "ENQUEUED": 1024,
    "FLOWS_MESSAGE": 2048,
    "PAYMENTS": 4096,
    "ALL": 8192,
}
_WITHOUT_BIT = {"DELETE", "COEXISTENCE", "VOICE"}
_URL = re.compile(r"^https?://[^\s/]+\S*$")
_HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")


async def new_subscription(gupshup: GupshupSandbox, app: SandboxApp, form: dict[str, str]) -> Subscription:
    """Add a subscription after its address answered 2xx; raises `Refusal`."""
    for field in ("modes", "tag", "url", "version"):
        if not form.get(field):
            raise Refusal(400, f"{field} is required", f"subscription without {field}")
    if len(app.subscriptions) >= MOST:
        raise Refusal(400, "Maximum Subscriptions Reached", f"an app has at most {MOST} subscriptions")
    now = gupshup.clock.now_ms()
    blank = Subscription(
        id=str(gupshup.state.next_subscription), url="", tag="", modes=[], created_on=now, modified_on=now
    )
    gupshup.state.next_subscription += 1
    return await change_subscription(gupshup, app, blank, form)


async def change_subscription(
    gupshup: GupshupSandbox, app: SandboxApp, before: Subscription, form: dict[str, str]
) -> Subscription:
    """Take over the fields that the form names; nothing changes when any is refused (`Refusal`)."""
    changed = msgspec.structs.replace(before, modified_on=gupshup.clock.now_ms())
    if form.get("version", "2") != "2":
        raise Refusal(400, "Invalid Version", "the sandbox delivers version 2 only")
    if "modes" in form:
        changed.modes = _modes(form["modes"])
    if "tag" in form:
        changed.tag = form["tag"]
        if any(one.tag == changed.tag and one.id != before.id for one in app.subscriptions.values()):
            raise Refusal(400, "Duplicate Tag", f"tag {changed.tag!r} is taken")
    if "meta" in form:
        changed.meta, changed.headers = form["meta"], _headers(form["meta"])
    changed.active = _flag(form, "active", before.active)
    changed.show_on_ui = _flag(form, "showOnUI", before.show_on_ui)
    if "url" in form:
        changed.url = form["url"]
        if not _URL.match(changed.url):
            raise Refusal(400, "Invalid URL Passed", "url is no http(s) address")
        if _flag(form, "doCheck", True) and not await gupshup.probe(app, changed):
            raise Refusal(400, "Invalid URL Passed", "the address did not answer 2xx to sandbox-start")
    app.subscriptions[changed.id] = changed
    gupshup.feed.publish("app", channel=app.app_id)
    return changed


def owned(gupshup: GupshupSandbox, app: SandboxApp, subscription_id: str) -> Subscription:
    """The app's own subscription; `Refusal` 403 for another app's, 400 for none."""
    if subscription_id in app.subscriptions:
        return app.subscriptions[subscription_id]
    if any(subscription_id in other.subscriptions for other in gupshup.state.apps.values()):
        raise Refusal(403, "Not Subscription Owner")
    raise Refusal(400, "Subscription Does Not Exist")


def shown(app: SandboxApp, subscription: Subscription) -> dict[str, Any]:
    """A subscription as the service answers it."""
    return {
        "active": subscription.active,
        "appId": app.app_id,
        "createdOn": subscription.created_on,
        "id": subscription.id,
        "mode": sum(_BITS.get(mode, 0) for mode in subscription.modes),
        "modes": subscription.modes,
        "meta": subscription.meta,
        "modifiedOn": subscription.modified_on,
        "showOnUI": subscription.show_on_ui,
        "tag": subscription.tag,
        "url": subscription.url,
        "version": 2,
        "latencyBucket": "lt_1_s",
    }


def _modes(value: str) -> list[str]:
    modes = [mode.strip() for mode in value.split(",")]
    unknown = [mode for mode in modes if mode not in _BITS and mode not in _WITHOUT_BIT]
    if unknown:
        raise Refusal(400, "Invalid Modes Passed", f"unknown modes {unknown}")
    return list(dict.fromkeys(modes))


def _headers(meta: str) -> dict[str, str]:
    if not meta:
        return {}
    try:
        headers = msgspec.json.decode(meta, type=dict[str, Any]).get("headers", {})
        headers = msgspec.convert(headers, dict[str, str])
    except msgspec.DecodeError as error:
        raise Refusal(400, "Invalid Meta Passed", "meta must be JSON with an object `headers`") from error
    if not all(_HEADER_NAME.match(name) and value.isprintable() for name, value in headers.items()):
        raise Refusal(400, "Invalid Meta Passed", "meta.headers names something that is no HTTP header")
    return headers


def _flag(form: dict[str, str], name: str, default: bool) -> bool:
    value = form.get(name)
    if value is None:
        return default
    if value not in {"true", "false"}:
        raise Refusal(400, f"{name} must be true or false")
    return value == "true"
