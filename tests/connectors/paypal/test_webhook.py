"""Who is believed to be PayPal: signatures, certificates, addresses, and the postback where they fail."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connectors.payments import BadSignature, CannotVerify
from connectors.paypal.certificates import Addresses, Certificates, trusted_leaf
from connectors.paypal.environment import LIVE, SANDBOX, environment_at
from connectors.paypal.transport import Answer, Silence
from connectors.paypal.webhook import LARGEST, Verifier, delivery_of, postback_body
from sandbox.paypal.signing import Keys, new_keys, signature
from tests.connectors.paypal.conftest import EXAMPLES, House

pytestmark = pytest.mark.requirement("R4-c")

BASE = "http://127.0.0.1:4999/paypal"
CERT_URL = f"{BASE}/v1/notifications/certs/CERT-1"
WEBHOOK_ID = "8PT597110X687430L"
BODY = json.dumps(
    {
        "id": "WH-1",
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "create_time": "2026-11-22T10:00:00Z",
        "resource_version": "2.0",
        "resource": {"id": "3C679366HH908993F", "note": "ñandú — açaí"},
    },
    ensure_ascii=False,
).encode()


class World:
    """A verifier whose certificate and postback a test decides."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.answer: Answer | Exception = Answer(200, {}, keys.chain.encode())
        self.fetched: list[str] = []
        self.asked: list[bytes] = []
        self.says: str | Exception = "FAILURE"
        self.at = datetime.now(UTC)
        roots = x509.load_pem_x509_certificates(keys.authority.encode())
        self.certificates = Certificates(Addresses([BASE]), self._fetch, roots=roots, now=lambda: self.at)
        self.verifier = self.knowing(WEBHOOK_ID)

    def knowing(self, *webhook_ids: str) -> Verifier:
        return Verifier(webhook_ids, self.certificates, self._postback, livemode=False)

    async def _fetch(self, url: str) -> Answer:
        self.fetched.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def _postback(self, body: bytes) -> str:
        self.asked.append(body)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def headers(self, body: bytes = BODY, webhook_id: str = WEBHOOK_ID, **changes: str) -> dict[str, str]:
        time = "2026-11-22T10:00:01Z"
        return {
            "Paypal-Transmission-Id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
            "PAYPAL-TRANSMISSION-TIME": time,
            "paypal-transmission-sig": signature(
                self.keys, "69cd13f0-d67a-11e5-baa3-778b53f4ae55", time, webhook_id, body
            ),
            "PAYPAL-CERT-URL": CERT_URL,
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            **changes,
        }


@pytest.fixture
def world(keys: Keys) -> World:
    return World(keys)


async def test_a_signed_event_is_verified_without_asking_paypal(world: World) -> None:
    event = await world.verifier.verify(BODY, world.headers())
    assert (event.event_id, event.type, event.how) == ("WH-1", "PAYMENT.CAPTURE.COMPLETED", "rsa:1")
    assert (event.livemode, event.version) == (False, "2.0")
    assert event.created_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert world.asked == []


async def test_while_a_webhook_replaces_another_both_ids_are_believed(world: World) -> None:
    both = world.knowing("NEW", WEBHOOK_ID)
    assert (await both.verify(BODY, world.headers())).how == "rsa:2"
    assert (await both.verify(BODY, world.headers(webhook_id="NEW"))).how == "rsa:1"
    with pytest.raises(BadSignature):
        await world.knowing("OTHER").verify(BODY, world.headers())
    with pytest.raises(BadSignature):
        await world.knowing().verify(BODY, world.headers())


async def test_an_old_delivery_is_believed_because_paypal_repeats_for_days(world: World) -> None:
    world.at += timedelta(days=3)
    assert (await world.verifier.verify(BODY, world.headers())).event_id == "WH-1"


def _sha1(world: World) -> dict[str, str]:
    key = load_pem_private_key(world.keys.private_key.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    headers = world.headers()
    text = f"{headers['Paypal-Transmission-Id']}|{headers['PAYPAL-TRANSMISSION-TIME']}|{WEBHOOK_ID}|"
    signed = key.sign(f"{text}{zlib.crc32(BODY)}".encode(), PKCS1v15(), SHA1())  # noqa: S303
    return {
        **headers,
        "paypal-transmission-sig": base64.b64encode(signed).decode(),
        "PAYPAL-AUTH-ALGO": "SHA1withRSA",
    }


BAD: dict[str, Callable[[World], tuple[bytes, dict[str, str]]]] = {
    "no header at all": lambda w: (BODY, {}),
    "another body": lambda w: (BODY.replace(b"WH-1", b"WH-2"), w.headers()),
    "a space more": lambda w: (BODY + b" ", w.headers()),
    "no body": lambda w: (b"", w.headers()),
    "the keys in another order": lambda w: (
        json.dumps(dict(reversed(json.loads(BODY).items()))).encode(),
        w.headers(),
    ),
    "another time": lambda w: (BODY, w.headers(**{"PAYPAL-TRANSMISSION-TIME": "2026-11-22T10:00:02Z"})),
    "another transmission": lambda w: (BODY, w.headers(**{"Paypal-Transmission-Id": "other"})),
    "a webhook of somebody else": lambda w: (BODY, w.headers(webhook_id="THEIRS")),
    "a key of somebody else": lambda w: (BODY, World(new_keys()).headers()),
    "no base64": lambda w: (BODY, w.headers(**{"paypal-transmission-sig": "not base64!"})),
    "an empty signature": lambda w: (BODY, w.headers(**{"paypal-transmission-sig": ""})),
    "an endless signature": lambda w: (BODY, w.headers(**{"paypal-transmission-sig": "A" * 600})),
    "letters that are not ASCII": lambda w: (BODY, w.headers(**{"paypal-transmission-sig": "ñ" * 344})),
    "a line break": lambda w: (BODY, w.headers(**{"Paypal-Transmission-Id": "a\r\nb"})),
    "an algorithm the header chose": lambda w: (BODY, _sha1(w)),
    "the right algorithm in capitals": lambda w: (BODY, w.headers(**{"PAYPAL-AUTH-ALGO": "SHA256WITHRSA"})),
    "no JSON": lambda w: (b"<xml/>", w.headers(b"<xml/>")),
    "no UTF-8": lambda w: (b"\xff\xfe", w.headers(b"\xff\xfe")),
    "no event": lambda w: (b"[]", w.headers(b"[]")),
    "an event without an id": lambda w: (b'{"event_type":"X"}', w.headers(b'{"event_type":"X"}')),
    "deep nesting": lambda w: (b"[" * 100_000, w.headers(b"[" * 100_000)),
    "2 MB": lambda w: (b" " * 2_000_000, w.headers(b" " * 2_000_000)),
}


@pytest.mark.parametrize("what", BAD)
async def test_nothing_else_is_believed_and_paypal_is_not_asked(world: World, what: str) -> None:
    raw, headers = BAD[what](world)
    with pytest.raises(BadSignature):
        await world.verifier.verify(raw, headers)
    assert world.asked == []


TRICKS = (
    "http://api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com.evil.io/v1/notifications/certs/CERT-1",
    "https://evil.io/v1/notifications/certs/CERT-1",
    "https://evilpaypal.com/v1/notifications/certs/CERT-1",
    "https://www.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com@evil.io/v1/notifications/certs/CERT-1",
    "https://evil.io\\@api.paypal.com/v1/notifications/certs/CERT-1",
    "https://user:pw@api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com:444/v1/notifications/certs/CERT-1",
    "https://api.paypal.com:443:443/v1/notifications/certs/CERT-1",
    "https://api.paypal.com./v1/notifications/certs/CERT-1",
    "https://api.pаypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/../../CERT-1",
    "https://api.paypal.com/v1/notifications/certs/CERT-1/../../x",
    "https://api.paypal.com/v1/notifications/certs/%2e%2e/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
    "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
    "https://api.paypal.com/v1/notifications/certs/CERT-1\n",
    "\nhttps://api.paypal.com/v1/notifications/certs/CERT-1",
    " https://api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/CERT-",
    "https://api.paypal.com/v1/notifications/certs/CERT-１",
    f"https://api.paypal.com/v1/notifications/certs/CERT-{'1' * 81}",
    "//api.paypal.com/v1/notifications/certs/CERT-1",
    "file:///etc/passwd",
    "https://apiXpaypal.com/v1/notifications/certs/CERT-1",
    "https://169.254.169.254/v1/notifications/certs/CERT-1",
    "https://[::1]/v1/notifications/certs/CERT-1",
    "HTTPS://API.PAYPAL.COM/v1/notifications/certs/CERT-1",
    "",
)


def test_only_paypals_own_certificate_addresses_are_allowed() -> None:
    live, sandbox = Addresses(LIVE.certificate_bases), Addresses(SANDBOX.certificate_bases)
    for host in ("api.paypal.com", "api-m.paypal.com", "api.paypal.com:443"):
        assert live.allow(f"https://{host}/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77")
        assert not sandbox.allow(f"https://{host}/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77")
    assert sandbox.allow("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42")
    assert [url for url in TRICKS if live.allow(url)] == []


def test_only_paypals_own_live_address_makes_money_real(keys: Keys) -> None:
    authority = keys.authority.encode()
    assert environment_at("https://api-m.paypal.com/", authority) is LIVE
    assert environment_at("https://api-m.sandbox.paypal.com") is SANDBOX
    assert [one.livemode for one in (LIVE, SANDBOX, environment_at(BASE, authority))] == [True, False, False]
    for elsewhere in (BASE, "https://api-m.paypal.com.evil.io", "http://api-m.paypal.com"):
        with pytest.raises(ValueError, match="simulator"):
            environment_at(elsewhere)


async def test_an_address_that_is_not_paypals_is_never_fetched(world: World) -> None:
    for url in TRICKS:
        with pytest.raises(BadSignature):
            await world.verifier.verify(BODY, world.headers(**{"PAYPAL-CERT-URL": url}))
    assert (world.fetched, world.asked) == ([], [])


async def test_a_certificate_is_fetched_once_for_all_who_wait_and_kept_for_a_day(world: World) -> None:
    headers = world.headers()
    await asyncio.gather(*(world.verifier.verify(BODY, headers) for _ in range(50)))
    assert world.fetched == [CERT_URL]
    world.at += timedelta(hours=23)
    await world.verifier.verify(BODY, headers)
    assert len(world.fetched) == 1
    world.at += timedelta(hours=2)
    await world.verifier.verify(BODY, headers)
    assert len(world.fetched) == 2


async def test_an_unreadable_certificate_is_not_asked_for_again_at_once(world: World) -> None:
    world.answer, world.says = Silence("ConnectTimeout", unsent=True, timed_out=True), CannotVerify("down")
    for _ in range(5):
        with pytest.raises(CannotVerify):
            await world.verifier.verify(BODY, world.headers())
    assert len(world.fetched) == 1
    world.answer = Answer(200, {}, world.keys.chain.encode())
    world.at += timedelta(seconds=61)
    assert (await world.verifier.verify(BODY, world.headers())).how == "rsa:1"


@pytest.mark.parametrize(
    "answer",
    [
        Silence("ReadTimeout", unsent=False, timed_out=True),
        Answer(503, {}, b"<html>down</html>"),
        Answer(302, {}, b""),
        Answer(200, {}, b"<html>Welcome</html>"),
        Answer(200, {}, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        Answer(200, {}, b"x" * 40_000),
    ],
    ids=["silence", "503", "redirect", "html", "garbage", "huge"],
)
async def test_without_a_usable_certificate_paypal_is_asked_with_the_bytes_as_they_came(
    world: World, answer: Any
) -> None:
    world.answer, world.says = answer, "SUCCESS"
    event = await world.verifier.verify(BODY, world.headers())
    assert event.how == "postback:1"
    assert world.asked[0].endswith(b'"webhook_event": ' + BODY + b"}")
    named = json.loads(world.asked[0])
    published = json.loads(
        (
            EXAMPLES / "notifications_webhooks_v1__v1_notifications_verify_webhook_signature_post__req__"
            "verify_webhook_signature.json"
        ).read_bytes()
    )
    assert named.keys() == published.keys()
    world.says = "FAILURE"
    with pytest.raises(BadSignature):
        await world.verifier.verify(BODY, world.headers())
    world.says = CannotVerify("PayPal is down")
    with pytest.raises(CannotVerify):
        await world.verifier.verify(BODY, world.headers())


async def test_a_certificate_that_does_not_exist_is_a_strangers_and_paypal_is_not_asked(world: World) -> None:
    world.answer, world.says = Answer(404, {}, b"{}"), "SUCCESS"
    with pytest.raises(BadSignature):
        await world.verifier.verify(BODY, world.headers())
    assert world.asked == []


async def test_a_body_that_would_break_the_postback_is_refused_first(world: World) -> None:
    world.answer, world.says = Answer(503, {}, b""), "SUCCESS"
    injected = b'{"id":"WH-1","event_type":"X"}, "webhook_id": "THEIRS", "x": {}'
    with pytest.raises(BadSignature):
        await world.verifier.verify(injected, world.headers(injected))
    assert world.asked == []


def _leaf(
    keys: Keys, *, at: datetime | None = None, over_tls: bool = False, roots: Keys | None = None
) -> None:
    authorities = x509.load_pem_x509_certificates((roots or keys).authority.encode())
    trusted_leaf(keys.chain.encode(), authorities, at or datetime.now(UTC), over_tls=over_tls)


def test_a_certificate_is_believed_for_its_name_its_dates_and_its_chain(keys: Keys) -> None:
    now = datetime.now(UTC)
    _leaf(keys)
    with pytest.raises(CannotVerify, match="not valid now"):
        _leaf(keys, at=now + timedelta(days=400))
    with pytest.raises(CannotVerify, match="not valid now"):
        _leaf(keys, at=now - timedelta(days=2))
    for name in ("messageverificationcerts.paypal.com.evil.io", "xpaypal.com"):
        with pytest.raises(CannotVerify, match=r"not of paypal\.com"):
            _leaf(new_keys(name))
    other = new_keys()
    with pytest.raises(CannotVerify, match="known authority"):
        _leaf(keys, roots=other)
    _leaf(keys, roots=other, over_tls=True)  # alone over TLS: the host has proven itself
    keys_with_chain = Keys(keys.authority, keys.chain + other.authority, keys.private_key)
    with pytest.raises(CannotVerify, match="known authority"):
        _leaf(keys_with_chain, roots=other, over_tls=True)


def test_the_headers_of_a_delivery_may_be_written_in_any_case(world: World) -> None:
    delivery = delivery_of(world.headers())
    assert delivery.cert_url == CERT_URL
    assert json.loads(postback_body(delivery, WEBHOOK_ID, b'{"a": 1.0}'))["webhook_event"] == {"a": 1.0}
    assert LARGEST == 262_144


@pytest.mark.asyncio(loop_scope="module")
async def test_the_simulators_events_are_verified_here_and_by_postback(house: House) -> None:
    await house.paid()
    raw, headers = await house.delivered("CHECKOUT.ORDER.APPROVED")
    assert (await house.paypal.verify_webhook(raw, headers)).how == "rsa:1"
    await house.turn(certificates_down=True)
    knowing_nothing = house.connected()
    assert (await knowing_nothing.verify_webhook(raw, headers)).how == "postback:1"
    with pytest.raises(BadSignature):
        await knowing_nothing.verify_webhook(raw.replace(b"APPROVED", b"VOIDED"), headers)
    await knowing_nothing.close()
    assert "n0nce" not in repr(house.journal.exchanges)
