"""Keys, one purpose each: sealing, signing, role passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import example, given
from hypothesis import strategies as st

from runtime.secrets import (
    Box,
    SealBroken,
    SignatureRefused,
    Signer,
    digest,
    generate_key,
    is_key,
    role_password,
)

OLD = generate_key()
NEW = generate_key()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.text())
def test_what_was_sealed_is_opened_again(value: str) -> None:
    assert value == Box([OLD]).open(Box([OLD]).seal(value))


def test_an_older_key_still_opens_and_rotation_moves_to_the_newest() -> None:
    sealed = Box([OLD]).seal("token")
    both = Box([NEW, OLD])
    assert "token" == both.open(sealed)
    rotated = both.rotate(sealed)
    assert "token" == Box([NEW]).open(rotated)
    with pytest.raises(SealBroken):
        Box([OLD]).open(rotated)


def test_a_damaged_or_foreign_seal_is_refused_without_showing_it() -> None:
    sealed = Box([OLD]).seal("token")
    for wrong in (sealed[:-4] + b"AAAA", b"", Box([NEW]).seal("token")):
        with pytest.raises(SealBroken) as refused:
            Box([OLD]).open(wrong)
        assert wrong.decode() not in str(refused.value) or not wrong


def test_the_key_itself_opens_nothing_because_each_purpose_has_its_own() -> None:
    with pytest.raises(Exception, match=r"^$"):
        Fernet(OLD).decrypt(Box([OLD]).seal("token"))


def test_a_signed_token_says_its_payload_until_it_expires() -> None:
    signer = Signer([OLD], "media")
    token = signer.sign("portal/file.jpg", NOON)
    assert "portal/file.jpg" == signer.verify(token, now=NOON - timedelta(seconds=1))
    with pytest.raises(SignatureRefused, match="expired"):
        signer.verify(token, now=NOON)


def test_a_token_survives_a_rotation_but_not_another_purpose() -> None:
    token = Signer([OLD], "media").sign("file", NOON)
    assert "file" == Signer([NEW, OLD], "media").verify(token, now=NOON - timedelta(hours=1))
    for other in (Signer([NEW], "media"), Signer([OLD], "login")):
        with pytest.raises(SignatureRefused, match="not ours"):
            other.verify(token, now=NOON - timedelta(hours=1))


@given(st.integers(min_value=0), st.characters(exclude_categories=()))
@example(0, "\ud800")
@example(17, "\ud800")
def test_a_changed_token_is_never_accepted(place: int, letter: str) -> None:
    signer = Signer([OLD], "media")
    token = signer.sign("file", NOON)
    at = place % len(token)
    changed = token[:at] + letter + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(SignatureRefused):
        signer.verify(changed, now=NOON - timedelta(hours=1))


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_rubbish_is_refused_not_a_crash(token: str) -> None:
    with pytest.raises(SignatureRefused):
        Signer([OLD], "media").verify(token)


def test_role_passwords_differ_by_role_and_follow_the_newest_key() -> None:
    assert role_password([OLD], "a") == role_password([OLD, NEW], "a")
    assert 3 == len({role_password([OLD], "a"), role_password([OLD], "b"), role_password([NEW, OLD], "a")})
    assert 43 == len(role_password([OLD], "a"))


def test_a_digest_is_sha256() -> None:
    assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" == digest("abc").hex()


def test_only_32_bytes_in_url_safe_base64_are_a_key() -> None:
    assert is_key(OLD)
    assert not any(map(is_key, ("", "abc", "not base64!", OLD[:-4], "ñ" * 44)))
