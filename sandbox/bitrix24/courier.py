"""Delivering events: built at the end of a hit, posted once, never repeated (contract bitrix24.md §1.7).

Per portal the posts leave one after the other in the order of the events; a held event waits before it
queues, so that a later one overtakes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from sandbox.bitrix24 import php, tokens
from sandbox.bitrix24.card import Installation
from sandbox.bitrix24.parties import PARTY
from sandbox.bitrix24.state import EventBinding, Portal
from sandbox.bitrix24.world import Delivery, World


def emit(
    world: World,
    portal: Portal,
    event: str,
    content: Any,
    *,
    actor: int | None,
    with_refresh: bool = False,
) -> None:
    """Send an event to every handler bound to it; before installation is finished it is lost (§1.2).

    `actor` is the user whose action caused it: his token comes along. None (robot, agent, system) means an
    `auth` without tokens.
    """
    installation = portal.installation
    if installation is None or not installation.is_finished:
        return
    if installation.is_payment_expired and event != "ONAPPPAYMENT":
        return
    for binding in portal.bindings:
        if binding.event == event:
            whose = binding.auth_type or actor
            auth = auth_fields(world, portal, installation, whose, with_refresh=with_refresh)
            world.in_background(_deliver_event(world, portal, binding, content, auth))


def auth_fields(
    world: World,
    portal: Portal,
    installation: Installation,
    user_id: int | None,
    *,
    with_refresh: bool = False,
) -> dict[str, Any]:
    """The `auth` block of an event, a robot or an SMS (§1.7); without a user there are no tokens."""
    user = portal.users.get(user_id) if user_id else None
    common = {
        "domain": world.host,
        "server_endpoint": world.server_endpoint,
        "client_endpoint": world.client_endpoint(portal),
        "member_id": portal.member_id,
        "application_token": installation.application_token,
    }
    if user is None or not user.is_active:
        return common
    access, lives_s = tokens.token_of_event(world, portal, user.id)
    return {
        "access_token": access,
        "expires": int(world.now()) + lives_s,
        "expires_in": lives_s,
        "scope": ", ".join(installation.card.scope),
        "status": installation.card.status,
        "user_id": user.id,
        **({"refresh_token": tokens.issue_refresh(world, portal, user.id)} if with_refresh else {}),
        **common,
    }


async def _deliver_event(
    world: World, portal: Portal, binding: EventBinding, content: Any, auth: dict[str, Any]
) -> None:
    await world.faults.hold(PARTY)
    async with world.lock(f"events {portal.member_id}"):
        fields = {
            "event": binding.event,
            portal.event_id_key: binding.id,
            "data": content,
            "ts": int(world.now()),
            "auth": auth,
        }
        for _ in range(max(1, world.faults.copies(PARTY))):
            await post(world, portal, binding.event, binding.handler, fields)


async def post(
    world: World, portal: Portal, what: str, url: str, fields: Mapping[str, Any]
) -> httpx.Response | None:
    """POST a form once; a handler that fails or does not answer in time has lost it."""
    answer: httpx.Response | None = None
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        answer = await world.http().post(
            url,
            content=php.build_query(fields).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    status = answer.status_code if answer else None
    world.deliveries.append(Delivery(portal=portal.name, what=what, handler=url, status=status))
    return answer
