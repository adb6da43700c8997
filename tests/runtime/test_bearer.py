"""Bearer tokens: who holds one, until when, and what is not one of ours."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import jwt
import msgspec
import pytest

from runtime.bearer import Bearer, BearerRefused, Holder
from runtime.secrets import derived_key, generate_key

pytestmark = pytest.mark.requirement("R2.3-c")

OLD, NEW, FOREIGN = generate_key(), generate_key(), generate_key()
ANA = Holder(portal_id="0198a4c0-0000-7000-8000-000000000001", user_id="1", language="es")


def test_a_token_says_who_holds_it() -> None:
    bearer = Bearer([NEW])
    assert ANA == _who(bearer.read(bearer.issue(ANA)))


def test_a_token_says_when_it_ends() -> None:
    bearer = Bearer([NEW])
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    assert abs(bearer.read(bearer.issue(ANA)).expires_at - in_an_hour.timestamp()) < 60


def test_a_token_names_no_secret() -> None:
    token = Bearer([NEW]).issue(ANA)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert {"aud", "exp", "iat", "sub", "portal", "lang"} == claims.keys()


def test_a_token_of_the_key_before_is_read_until_that_key_is_gone() -> None:
    token = Bearer([OLD]).issue(ANA)
    assert ANA == _who(Bearer([NEW, OLD]).read(token))
    with pytest.raises(BearerRefused, match="not ours"):
        Bearer([NEW]).read(token)


def test_the_newest_key_issues() -> None:
    assert ANA == _who(Bearer([NEW]).read(Bearer([NEW, OLD]).issue(ANA)))


@pytest.mark.parametrize("keys", [[NEW], [FOREIGN, NEW]])
def test_an_expired_token_is_refused_as_expired_whichever_key_issued_it(keys: list[str]) -> None:
    token = Bearer([NEW], valid_for=timedelta(seconds=-1)).issue(ANA)
    with pytest.raises(BearerRefused, match="expired") as refused:
        Bearer(keys).read(token)
    assert token not in str(refused.value)


def test_a_token_lives_an_hour() -> None:
    token = Bearer([NEW]).issue(ANA)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert 3600 == claims["exp"] - claims["iat"]
    assert timedelta(hours=1) == Bearer([NEW]).valid_for


def _who(holder: Holder) -> Holder:
    """The holder without the end of his token."""
    return msgspec.structs.replace(holder, expires_at=0.0)


def _changed(token: str, before: bytes, after: bytes) -> str:
    """The token with other claims and the same signature."""
    head, claims, signature = token.split(".")
    plain = urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    assert before in plain
    return ".".join([head, urlsafe_b64encode(plain.replace(before, after)).decode().rstrip("="), signature])


def test_changed_claims_are_refused() -> None:
    bearer = Bearer([NEW])
    for before, after in ((b'"sub":"1"', b'"sub":"2"'), (b"000000000001", b"000000000002")):
        with pytest.raises(BearerRefused, match="not ours"):
            bearer.read(_changed(bearer.issue(ANA), before, after))


def test_a_token_without_a_signature_or_for_another_purpose_is_refused() -> None:
    key = derived_key(NEW, "bearer")
    claims = {
        "aud": "whatsappb24",
        "exp": datetime.now(UTC) + timedelta(hours=1),
        "sub": "1",
        "portal": ANA.portal_id,
        "lang": "es",
    }
    made = [
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode({**claims, "aud": "another"}, key, algorithm="HS256"),
        jwt.encode(claims, derived_key(NEW, "seal"), algorithm="HS256"),
        jwt.encode(claims, key * 2, algorithm="HS512"),
    ]
    for token in made:
        with pytest.raises(BearerRefused, match="not ours"):
            Bearer([NEW]).read(token)
    assert ANA == _who(Bearer([NEW]).read(jwt.encode(claims, key, algorithm="HS256")))


@pytest.mark.parametrize("nonsense", ["", "a", "a.b.c", "ñ.ñ.ñ", "." * 100, "e30.e30.e30"])
def test_what_is_no_token_is_refused(nonsense: str) -> None:
    with pytest.raises(BearerRefused, match="not ours"):
        Bearer([NEW]).read(nonsense)
