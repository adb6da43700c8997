"""Is it alive, can it serve, and the numbers: with the database there, away, and back."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.servers import server
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-d"), pytest.mark.requirement("R1")]
CUSTOMER = "5215550600001"


def test_a_running_house_is_alive_and_ready(house: House) -> None:
    assert (200, {"status": "alive"}) == _said(house, "/health/live")
    assert (200, {"status": "ready", "spooled": 0}) == _said(house, "/health/ready")


def test_the_numbers_speak_of_routes_and_of_the_core_and_hold_no_secret(house: House) -> None:
    house.customer_writes(CUSTOMER, "Hola")
    house.until("the chat is open", lambda: house.in_the_chat(CUSTOMER))
    answer = house.api.get("/metrics")
    assert 200 == answer.status_code
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert any(line.startswith('whatsappb24_core{name="') for line in lines)
    assert any("/webhooks/gupshup/{channel_secret" in line for line in lines)
    assert 'whatsappb24_core{name="database_away"} 0.0' in lines
    route, header = house.webhook_secrets()
    assert [] == [line for line in lines if route in line or header in line]


def test_without_the_database_it_is_alive_not_ready_and_still_takes_what_arrives(house: House) -> None:
    token = house.bearer()
    _let_in(house, allowed=False)
    try:
        _without_the_database(house, token)
    finally:
        _let_in(house, allowed=True)
    house.until(
        "it is ready again",
        lambda: _said(house, "/health/ready") == (200, {"status": "ready", "spooled": 0}),
    )
    house.until(
        "what came meanwhile is there", lambda: house.in_the_chat(CUSTOMER) == ["Hola", "¿Están ahí?"]
    )


def _without_the_database(house: House, token: dict[str, str]) -> None:
    house.until("it is not ready", lambda: _said(house, "/health/ready")[0] == 503)
    status, said = _said(house, "/health/ready")
    assert (503, "not ready", "database_away") == (status, said["status"], said["reason"])
    assert 200 == house.api.get("/health/live").status_code
    assert 'whatsappb24_core{name="database_away"} 1.0' in house.api.get("/metrics").text.splitlines()
    refused = house.api.get("/api/v1/portal", headers=token)
    assert (503, "database_away") == (refused.status_code, refused.json()["reason"])
    assert "5" == refused.headers["retry-after"]
    house.customer_writes(CUSTOMER, "¿Están ahí?")
    house.until("it is spooled", lambda: _said(house, "/health/ready")[1]["spooled"] == 1)


def _said(house: House, path: str) -> tuple[int, Any]:
    answer = house.api.get(path)
    return answer.status_code, answer.json()


def _let_in(house: House, *, allowed: bool) -> None:
    """Let connections to the house's database in, or throw out whoever is in and let nobody in."""
    name = sql.Identifier(house.database.name)
    with psycopg.connect(server(18).url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} allow_connections {}").format(name, sql.Literal(allowed))
        )
        if not allowed:
            query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
            connection.execute(query, (house.database.name,))
