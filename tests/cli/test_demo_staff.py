"""Who of the provider's staff the demo lets in."""

from __future__ import annotations

import psycopg
import pytest

from cli.demo_staff import staff_links
from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R4-b")


def test_every_start_gives_two_people_new_links_and_nobody_who_was_disabled(database: TestDatabase) -> None:
    first = staff_links(database.url, "http://127.0.0.1:8081")
    assert [("Olga Luna", "owner"), ("Eva Ruiz", "billing")] == [(one.name, one.role) for one in first]
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("update tenancy.staff set state = 'disabled' where email = 'eva@demo.example'")
    (again,) = staff_links(database.url, "http://127.0.0.1:8081")
    assert "Olga Luna" == again.name
    assert again.link.startswith("http://127.0.0.1:8081/staff/enter#")
    assert again.link != first[0].link
