"""HTTP: requests a second at two loads beside a bare echo, and latency at half of the most."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks import load
from benchmarks.house import PAYPAL_WEBHOOK, STRIPE_SECRET, House, Portal, beside
from benchmarks.load import Make, request
from benchmarks.profile import Profile
from benchmarks.report import Measured
from sandbox.paypal.signing import Keys

_CLIENTS = (8, 32)
_INGESTION_MS, _READS_MS = 50.0, 100.0
_SIGNED = 2_000
Say = Callable[[str], None]


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of request."""

    id: str
    what: str
    make: Make
    at_least: float | None = None
    at_most_ms: float | None = None


def incoming(portal: Portal, number: int, chats: int, text: str = "Buenos días") -> bytes:
    """Gupshup's callback of a customer's text (v2), in one of so many conversations of the portal."""
    phone = f"5215{portal.n:03d}{number % chats + 1:06d}"
    said = {
        "id": f"wamid.{uuid4()}",
        "source": phone,
        "type": "text",
        "payload": {"text": text},
        "sender": {"phone": phone, "name": "Carla", "country_code": "52", "dial_code": phone[2:]},
    }
    return callback("message", said)


def callback(kind: str, payload: object) -> bytes:
    """What every v2 callback is wrapped in."""
    now = int(time.time() * 1000)
    return msgspec.json.encode(
        {"app": "Bench", "timestamp": now, "version": 2, "type": kind, "payload": payload}
    )


def webhook(url: str, portal: Portal, body: bytes) -> bytes:
    """A callback on its way to the portal's channel, with the secrets of setup.sql."""
    return request(
        "POST",
        f"{url}/webhooks/gupshup/route{portal.n}",
        body,
        content_type="application/json",
        x_gupshup_webhook_secret=f"header{portal.n}",
    )


def operator_event(url: str, portal: Portal, number: int, chats: int, text: str = "Buenos días") -> bytes:
    """`ONIMCONNECTORMESSAGEADD` of one message, as a portal posts it (contracts/bitrix24.md §1.7)."""
    where = "data[MESSAGES][0]"
    form = {
        "event": "ONIMCONNECTORMESSAGEADD",
        "event_handler_id": 1,
        "data[CONNECTOR]": "wab24",
        "data[LINE]": 1,
        f"{where}[im][chat_id]": 1,
        f"{where}[im][message_id]": number,
        f"{where}[message][user_id]": 1,
        f"{where}[message][text]": text,
        f"{where}[chat][id]": f"5215{portal.n:03d}{number % chats + 1:06d}",
        "ts": int(time.time()),
        "auth[domain]": "bench.example",
        "auth[member_id]": portal.member_id,
        "auth[application_token]": "bench",
    }
    body = urlencode(form).encode()
    return request("POST", f"{url}/bitrix24/events", body, content_type="application/x-www-form-urlencoded")


def stripe_event(url: str, number: int) -> bytes:
    """An event that is only kept and answered, signed now."""
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "api_version": "2025-09-30.clover",
        "created": int(time.time()),
        "livemode": False,
        "type": "customer.updated",
        "data": {"object": {"id": f"cus_{number}", "object": "customer", "email": "ana@example.com"}},
    }
    body, at = msgspec.json.encode(event), int(time.time())
    mark = hmac.new(STRIPE_SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return request(
        "POST",
        f"{url}/webhooks/stripe",
        body,
        content_type="application/json",
        stripe_signature=f"t={at},v1={mark}",
    )


def paypal_events(url: str, outside: str, keys: Keys, count: int) -> list[bytes]:
    """Events with PayPal's signature: making one takes longer than reading it, so they are made before."""
    key = load_pem_private_key(keys.private_key.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the signer's key is not RSA")
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    made = []
    for _ in range(count):
        transmission = str(uuid4())
        event = {
            "id": f"WH-{uuid4().hex}",
            "event_version": "1.0",
            "create_time": at,
            "event_type": "PAYMENT.CAPTURE.PENDING",
            "resource_type": "capture",
            "resource": {"id": uuid4().hex, "status": "PENDING"},
        }
        body = msgspec.json.encode(event)
        signed = f"{transmission}|{at}|{PAYPAL_WEBHOOK}|{zlib.crc32(body)}".encode()
        headers = {
            "content_type": "application/json",
            "paypal_transmission_id": transmission,
            "paypal_transmission_time": at,
            "paypal_transmission_sig": base64.b64encode(key.sign(signed, PKCS1v15(), SHA256())).decode(),
            "paypal_cert_url": f"{outside}/paypal/v1/notifications/certs/CERT-bench",
            "paypal_auth_algo": "SHA256withRSA",
        }
        made.append(request("POST", f"{url}/webhooks/paypal", body, **headers))
    return made


def doors(house: House, profile: Profile, keys: Keys) -> Iterator[Door]:
    """All requests that are measured, over all portals in turn."""
    api, chats = house.api, profile.conversations
    bearers = {portal.n: house.bearer(portal) for portal in house.portals}
    at = itertools.cycle(house.portals)
    numbers = itertools.count(int(time.time() * 1_000))

    def read(path: str) -> Make:
        asked = [request("GET", api + path, authorization=one) for one in bearers.values()]
        return lambda n: asked[n % len(asked)]

    def pay(_: int) -> bytes:
        order = {"provider": "stripe", "amount": 20_000_000, "currency": "USD", "key": uuid4().hex}
        return request(
            "POST",
            f"{api}/api/v1/payments",
            msgspec.json.encode(order),
            content_type="application/json",
            authorization=bearers[next(at).n],
        )

    signed = paypal_events(api, house.outside, keys, _SIGNED if profile.http_s >= 1 else 20)
    yield Door(
        id="http_receive",
        what="webhook ingestion: a customer's message",
        make=lambda n: webhook(api, portal := next(at), incoming(portal, n, chats)),
        at_least=0.5,
        at_most_ms=_INGESTION_MS,
    )
    yield Door(
        id="http_event",
        what="Bitrix24 event: an operator's message",
        make=lambda _: operator_event(api, next(at), next(numbers), chats),
    )
    yield Door(id="http_stripe", what="Stripe webhook", make=lambda n: stripe_event(api, n))
    yield Door(
        id="http_paypal",
        what=f"PayPal webhook ({len(signed):,} different ones, then again)",
        make=lambda n: signed[n % len(signed)],
    )
    yield Door(id="http_pay", what="create a payment (with the provider's page)", make=pay)
    yield Door(id="http_payment", what="read a payment", make=_payment(house, bearers))
    for id_, what, path in (
        ("http_balance", "balance", "/api/v1/balance"),
        ("http_statement", "statement page", "/api/v1/statement"),
        ("http_channels", "list of channels", "/api/v1/channels"),
        ("http_messages", "list of messages", "/api/v1/messages"),
        ("http_conversations", "list of conversations", "/api/v1/conversations"),
    ):
        yield Door(id=id_, what=what, make=read(path), at_most_ms=_READS_MS)


def _payment(house: House, bearers: dict[int, str]) -> Make:
    """The newest payment of the portals that have one: those that `http_pay` opened."""
    asked: list[bytes] = []

    def make(number: int) -> bytes:
        if not asked:
            query = "select distinct on (portal_id) portal_id::text, payment_id::text from billing.payment"
            with psycopg.connect(house.url) as connection:
                found: dict[str, str] = dict(connection.execute(query.encode()).fetchall())
            asked.extend(
                request(
                    "GET", f"{house.api}/api/v1/payments/{found[p.portal_id]}", authorization=bearers[p.n]
                )
                for p in house.portals
                if p.portal_id in found
            )
        return asked[number % len(asked)]

    return make


async def measure(house: House, profile: Profile, keys: Keys, home: Path, say: Say) -> list[Measured]:
    """The echo and every door, at 8 and at 32 clients, and how long an answer takes at half of the most."""
    measured: list[Measured] = []
    with beside("echo", "benchmarks.echo", home) as (echo_url, _):
        body = incoming(house.portals[0], 1, profile.conversations)
        echoed = request("POST", f"{echo_url}/echo", body, content_type="application/json")
        echo = Door(id="http_echo", what="bare Litestar echo", make=lambda _: echoed)
        measured += await _door(echo, echo_url, echo, echo_url, profile, say)
        for door in doors(house, profile, keys):
            measured += await _door(door, house.api, echo, echo_url, profile, say)
    return measured


async def _door(
    door: Door, url: str, echo: Door, echo_url: str, profile: Profile, say: Say
) -> list[Measured]:
    """A row per load. The rate of the first row's latency is half of what this load reached."""
    measured = []
    for clients in _CLIENTS[::-1]:
        rates, bases = [], []
        for _ in range(profile.rounds if door.at_least is not None else 1):
            bases.append(await load.per_second(echo_url, echo.make, clients, profile.http_s / 2))
            is_echo = door is echo
            rates.append(
                bases[-1] if is_echo else await load.per_second(url, door.make, clients, profile.http_s)
            )
        half = max(rates[len(rates) // 2] / 2, 1)
        taken = await load.latency(url, door.make, half, profile.http_s)
        is_main = clients == max(_CLIENTS)
        row = Measured.of(
            rates,
            bases,
            id=door.id if is_main else f"{door.id}_{clients}",
            what=f"{door.what}, {clients} clients",
            unit="requests",
            baseline="http_echo" if is_main else f"http_echo_{clients}",
            at_least=door.at_least if is_main else None,
            p50_ms=taken.p50_ms,
            p99_ms=taken.p99_ms,
            at_rate=taken.at_rate,
            at_most_ms=door.at_most_ms,
        )
        say(
            f"{row.id:<22} {row.per_second:>10,.0f}/s   {row.ratio:6.2f} × {row.baseline}"
            f"   p99 {row.p99_ms} ms at {half:,.0f}/s"
        )
        measured.append(row)
    return measured
