"""PHP's form bodies, from strangers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bitrix24.form import FormError, FormLimits, parse_form, without_secrets
from connectors.bitrix24.php import query_string

pytestmark = pytest.mark.requirement("R2.2-b")


def test_brackets_become_maps_and_numeric_keys_become_lists() -> None:
    body = b"event=E&data[LINE]=107&data[M][0][im][id]=1&data[M][1][im][id]=2&data[name]=a+b%21"
    expected = {
        "event": "E",
        "data": {"LINE": "107", "M": [{"im": {"id": "1"}}, {"im": {"id": "2"}}], "name": "a b!"},
    }
    assert expected == parse_form(body)


def test_a_list_keeps_the_order_of_its_numbers_not_of_their_arrival() -> None:
    assert parse_form(b"a[10]=ten&a[2]=two&a[0]=zero") == {"a": ["zero", "two", "ten"]}


def test_empty_brackets_take_the_next_number() -> None:
    assert parse_form(b"a[]=x&a[]=y") == {"a": ["x", "y"]}


def test_an_empty_body_is_an_empty_form() -> None:
    assert parse_form(b"") == {}


def test_a_value_may_contain_everything() -> None:
    assert parse_form("a=b=c[d]%26é".encode()) == {"a": "b=c[d]&é"}


def test_a_null_character_and_half_a_surrogate_pair_are_replaced() -> None:
    assert parse_form(b"a=x%00y%ED%A0%BDz") == {"a": "x\ufffdy\ufffdz"}


def test_an_emoji_written_as_two_surrogates_is_one_emoji() -> None:
    assert parse_form(b"a=%ED%A0%BD%ED%B8%80") == {"a": "😀"}


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"a=%ff", 400, "the body is not UTF-8"),
        (b"a=1&a=2", 400, "a key is given twice"),
        (b"a=1&a[b]=2", 400, "a key is both a value and a group"),
        (b"a[b]=1&a=2", 400, "a key is given twice"),
        (b"a[b=1", 400, "a key has unbalanced brackets"),
        (b"[a]=1", 400, "a key has unbalanced brackets"),
        (b"a[[b]]=1", 400, "a key has unbalanced brackets"),
        (b"=1", 400, "a key has unbalanced brackets"),
        (b"a" + b"[b]" * 10 + b"=1", 400, "a key is nested deeper than 10"),
        (b"&".join(b"a%d=1" % n for n in range(1_001)), 413, "more than 1000 keys"),
        (b"a=" + b"x" * 1_048_576, 413, "the body is over 1048576 bytes"),
    ],
)
def test_a_hostile_body_is_refused_with_its_reason(body: bytes, status: int, reason: str) -> None:
    with pytest.raises(FormError) as refused:
        parse_form(body)
    assert (reason, status) == (refused.value.reason, refused.value.http_status)


def test_what_is_exactly_at_the_limits_is_read() -> None:
    limits = FormLimits(body_bytes=20, keys=2, depth=3)
    assert parse_form(b"a[b][c]=1&d=2", limits=limits) == {"a": {"b": {"c": "1"}}, "d": "2"}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(FormError):
        parse_form(body)


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_keys = st.from_regex(r"[A-Za-z_]{1,6}", fullmatch=True)
_values = st.recursive(
    _texts,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(_keys, inner, min_size=1),
    max_leaves=8,
)


@given(st.dictionaries(_keys, _values, min_size=1, max_size=4))
def test_what_php_writes_is_read_back(params: dict[str, object]) -> None:
    assert params == parse_form(query_string(params).encode())


def test_the_bytes_that_are_kept_hold_no_token() -> None:
    body = b"event=X&auth%5Baccess_token%5D=c978&auth[application_token]=831&AUTH_ID=a&data%5Bt%5D=token%3D1"
    kept = without_secrets(body)
    assert b"auth%5Baccess_token%5D=[secret]&auth[application_token]=[secret]&AUTH_ID=[secret]" in kept
    assert kept.endswith(b"&data%5Bt%5D=token%3D1")
