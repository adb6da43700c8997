"""What the house knows: its database, read as the owner."""

from __future__ import annotations

from typing import Any

import psycopg

_SIGHTS = {
    "channels": """
        select name, state, state_reason, check_at, check_failures, check_report from tenancy.channel""",
    "lanes that wait": """
        select v.chat_key, l.direction, l.last_seq - l.done_seq, l.next_at, l.retries, l.paused,
               l.blocked_until
          from messaging.lane l join messaging.conversation v using (portal_id, conversation_id)
         where l.last_seq > l.done_seq""",
    "messages not at an end": """
        select direction, state, reason, count(*), min(text) from messaging.message
         where state not in ('delivered', 'read', 'failed') group by 1, 2, 3""",
    "attempts under way or unknown": """
        select direction, worker, number, began_at, lease_until, outcome, code from messaging.attempt
         where outcome is null or outcome = 'unknown' limit 20""",
    "notices": "select kind, due_at, tries, detail from messaging.notice limit 20",
    "buckets": "select bucket, key, tokens, refilled_at, closed_until from messaging.bucket",
    "sessions": """
        select application_name, state, wait_event_type, wait_event, now() - xact_start, left(query, 120)
          from pg_stat_activity
         where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()""",
    "troubles": """
        select tenancy.id_time(log_id), level, event, party, method, status, summary from trace.log
         where level <> 'INFO' order by log_id desc limit 20""",
    "last calls": """
        select tenancy.id_time(log_id), event, party, method, status, duration_ms from trace.log
         order by log_id desc limit 30""",
}


class Known:
    """Questions to the database behind the running house."""

    def __init__(self, owner_url: str) -> None:
        self.owner_url = owner_url

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Look into the database as its owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            return connection.execute(sql.encode(), parameters).fetchall()

    def states(self, direction: str) -> dict[str, int]:
        """How many messages of a direction are in which state."""
        rows = self.query(
            "select state, count(*) from messaging.message where direction = %s group by 1", direction
        )
        return {str(state): int(count) for state, count in rows}

    def state_of(self, message_id: str) -> str | None:
        """The state of one message; None while there is no such message."""
        rows = self.query("select state from messaging.message where message_id = %s", message_id)
        return str(rows[0][0]) if rows else None

    def assert_conserved(self) -> None:
        """Everything that was accepted stands where it is counted, and nothing is adrift."""
        rows = self.query("select hour, direction, balance, adrift from trace.conservation()")
        assert [row for row in rows if row[2:] != (0, 0)] == []

    def digest(self) -> dict[str, str]:
        """A digest of every table but the log and the heartbeat: equal digests mean that nothing changed."""
        tables = self.query(
            "select c.oid::regclass::text from pg_class c"
            " where c.relnamespace = any (array['tenancy', 'messaging', 'billing']::regnamespace[])"
            " and c.relkind = 'r' and c.relname <> 'heartbeat' order by 1"
        )
        one = "select '{0}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {0} t"
        rows = self.query(" union all ".join(one.format(table) for (table,) in tables))
        return {str(table): str(digest) for table, digest in rows}

    def seen(self) -> str:
        """Where everything stands: what a failed wait shows."""
        try:
            with psycopg.connect(self.owner_url, autocommit=True) as connection:
                now = connection.execute("select clock_timestamp()").fetchone()
                sights = {name: _rows(connection, sql) for name, sql in _SIGHTS.items()}
        except psycopg.Error as error:
            return f"the database says nothing: {error}"
        lines = [f"--- database, at {now and now[0]:%H:%M:%S}"]
        for name, rows in sights.items():
            lines += [name, *(f"  {row}" for row in rows)]
        return "\n".join(lines)


def _rows(connection: psycopg.Connection[Any], sql: str) -> list[str]:
    """As PostgreSQL writes them: Python has no instant for `infinity`."""
    query = f"select s::text from ({sql}) s"  # noqa: S608 - our own questions above
    return [str(row) for (row,) in connection.execute(query.encode())]
