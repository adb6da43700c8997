"""Whatever is set for whom: what is allowed, explained and listed are one; what was removed never allows."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.1-c")

ROLES = ("agent", "supervisor", "auditor", "channel_admin", "billing_admin", "owner")
USERS = ("7", "8", "9", "55")
"""55 is nobody whom a list named: he has no settings, and stands where everybody does."""
COMPANY = {
    "departments": [
        {"department_id": "1", "name": "Empresa"},
        {"department_id": "2", "name": "Comercial", "parent_id": "1"},
        {"department_id": "3", "name": "Norte", "parent_id": "2"},
    ],
    "people": [
        {"user_id": "1", "departments": ["1"]},
        {"user_id": "7", "departments": ["3"]},
        {"user_id": "8", "departments": ["2", "3"]},
        {"user_id": "9", "departments": ["2"], "is_active": False},
    ],
}
SETTINGS = st.dictionaries(
    keys=st.tuples(
        st.sampled_from(
            [
                *(("user_id", user) for user in USERS[:-1]),
                *(("department_id", one) for one in ("1", "2", "3")),
            ]
        ),
        st.booleans(),
    ),
    values=st.tuples(st.sampled_from(ROLES), st.booleans()),
    max_size=8,
)
DISAGREEMENTS = """
    select u.user_id, p.permission, c.channel_id
      from unnest(%(users)s::text[]) u(user_id)
     cross join tenancy.permission p
     cross join (values (null::uuid), (%(channel)s::uuid)) c(channel_id)
     cross join lateral tenancy.explain_permission(%(portal)s, '1', u.user_id, p.permission, c.channel_id) e
     where e.is_allowed is distinct from tenancy.allows(%(portal)s, u.user_id, p.permission, c.channel_id)
        or e.is_allowed is distinct from
           (p.permission = any (tenancy.permissions_of(%(portal)s, u.user_id, c.channel_id)))
        or e.is_allowed is distinct from
           (e.roles && e.needed and (p.permission <> 'newclients.receive' or e.verdict <> 'receives_off'))
        or not e.is_allowed and e.verdict not in ('dismissed', 'vanished', 'role', 'receives_off')"""
RIGHTS = """
    select u.user_id, c.channel_id, tenancy.permissions_of(%(portal)s, u.user_id, c.channel_id)
      from unnest(%(users)s::text[]) u(user_id)
     cross join (values (null::uuid), (%(channel)s::uuid)) c(channel_id) order by 1, 2"""


def test_what_is_allowed_is_what_is_explained_and_goes_with_its_setting(database: TestDatabase) -> None:
    with psycopg.connect(database.url) as session:
        portal = _value(session, "select tests.create_portal()")
        channel = _value(session, "select tests.create_channel(%s)", portal)
        session.execute("select tenancy.keep_directory(%s, %s)", (portal, Jsonb(COMPANY)))
        about = {"portal": portal, "channel": channel, "users": list(USERS)}
        before = session.execute(RIGHTS, about).fetchall()

        @settings(max_examples=25, deadline=None, database=None)
        @given(SETTINGS)
        def holds(wanted: dict[tuple[tuple[str, str], bool], tuple[str, bool]]) -> None:
            for ((kind, who), is_here), (role, receives) in wanted.items():
                change = {kind: who, "channel_id": channel if is_here else None}
                given_role = {**change, "role": role, "receives_new_clients": receives}
                assert 1 == _value(session, "select tenancy.set_role(%s, '1', %s)", portal, Jsonb(given_role))
            assert [] == session.execute(DISAGREEMENTS, about).fetchall()
            for (kind, who), is_here in wanted:
                removed = {kind: who, "channel_id": channel if is_here else None, "version": 1}
                _value(session, "select tenancy.set_role(%s, '1', %s)", portal, Jsonb(removed))
            assert before == session.execute(RIGHTS, about).fetchall()

        holds()
        session.rollback()


def _value(session: psycopg.Connection[Any], query: str, *arguments: Any) -> Any:
    row = session.execute(query.encode(), arguments).fetchone()
    assert row is not None
    value = row[0]
    return str(value) if hasattr(value, "hex") else value
