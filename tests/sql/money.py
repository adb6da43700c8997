"""Money in several sessions at once: what the property tests and the deadlock tests do to the books."""

from __future__ import annotations

import random
from threading import Lock
from typing import Any, Final

import msgspec
import psycopg
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
BASE: Final = "2026-11-22 12:00:00+00"
"""When the stories happen; every action has its own distance to it."""
PORTALS: Final = 3
CARD: Final = (
    "out service MX 0.4 0.3 submitted 0 0 true",
    "out service CO 0.6 0.5 delivered 0 0 false",
    "out service * 0.8 0.5 sent 3 0.1 true",
)
EVENTS: Final = ("submitted", "sent", "delivered", "read", "failed", "expired")
NOT_PAID_ONCE: Final = """
    select c.message_id, c.state, c.price, n.paid from billing.charge c
      left join lateral (
        select sum(case t.reason when 'messages' then c.price when 'message_late' then t.amount
                                 when 'message_reversed' then -t.amount end) as paid
          from billing.transfer t
         where t.portal_id = c.portal_id and c.message_id = any (t.messages)) n on true
     where c.portal_id = any (%s) and c.price > 0
       and coalesce(n.paid, 0) <> case c.state when 'captured' then c.price else 0 end"""


class Action(msgspec.Struct, frozen=True):
    """Something that happens to the money: its name, its own dice, and how far the clock stands from BASE."""

    name: str
    seed: int
    hours: int


class House:
    """Three portals with wallets and channels, and what several sessions do with them."""

    def __init__(self, admin: Connection, member: str) -> None:
        self.portals: list[str] = []
        self.channels: list[str] = []
        self.messages: list[tuple[str, str]] = []
        self._lock = Lock()
        for number in range(PORTALS):
            portal = _value(admin, "select tests.create_portal(%s)", f"{member}{number}")
            channel = _value(admin, "select tests.create_channel(%s)", portal)
            admin.execute("select tests.fund(%s, 3000000, 'stripe:pi:first')", (portal,))
            self.portals.append(str(portal))
            self.channels.append(str(channel))

    def act(self, connection: Connection, action: Action) -> None:
        """Do it. A refusal of ours is an answer; a deadlock or a broken constraint raises."""
        dice = random.Random(action.seed)
        connection.execute(
            "select set_config('whatsappb24.now',"
            " (%s::timestamptz + make_interval(hours => %s))::text, false)",
            (BASE, action.hours),
        )
        try:
            getattr(self, action.name)(connection, dice)
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("WB"):
                raise

    def credit(self, connection: Connection, dice: random.Random) -> None:
        """Top-ups, some of them told again, some with another amount."""
        connection.execute(
            "select count(*) from billing.credit(%s)", (Jsonb(self._items(dice, "clearing_stripe")),)
        )

    def debit(self, connection: Connection, dice: random.Random) -> None:
        """Renewals and refunds."""
        connection.execute("select count(*) from billing.debit(%s)", (Jsonb(self._items(dice, None)),))

    def _items(self, dice: random.Random, origin: str | None) -> list[dict[str, Any]]:
        return [
            {
                "portal_id": dice.choice(self.portals),
                "key": f"{origin}:{dice.randint(1, 40)}",
                "amount": dice.choice([1, 400_000, 1_500_000, 1_500_000]),
                "reason": "test",
                "from": origin or "wallet",
                "shortfall": dice.choice(["refuse", "refuse", "receivable"]),
            }
            for _ in range(dice.randint(1, 6))
        ]

    def hold(self, connection: Connection, dice: random.Random) -> None:
        """Messages of several portals, in any order, some of them held before."""
        fresh = connection.execute(
            "select tenancy.new_id() from generate_series(1, %s)", (dice.randint(1, 8),)
        )
        mine = [(dice.choice(self.portals), str(message)) for (message,) in fresh.fetchall()]
        again = self._known(dice, 2)
        items = [
            {
                "portal_id": portal,
                "message_id": message,
                "channel_id": self.channels[self.portals.index(portal)],
                "direction": "out",
                "country": dice.choice(["MX", "CO", "PE"]),
                "user_id": dice.choice(["7", "8"]),
            }
            for portal, message in mine + again
        ]
        dice.shuffle(items)
        connection.execute("select count(*) from billing.hold(%s)", (Jsonb(items),))
        with self._lock:
            self.messages += mine

    def move(self, connection: Connection, dice: random.Random) -> None:
        """Evidence about messages of several portals, in any order, late and twice."""
        items = [
            {
                "portal_id": portal,
                "message_id": message,
                "event": dice.choice(EVENTS),
                "next": dice.choice([None, "failed"]),
            }
            for portal, message in self._known(dice, 8)
        ]
        connection.execute("select billing.move_charges(%s)", (Jsonb(items),))

    def _known(self, dice: random.Random, most: int) -> list[tuple[str, str]]:
        with self._lock:
            return dice.sample(self.messages, min(len(self.messages), dice.randint(0, most)))

    def staff(self, connection: Connection, dice: random.Random) -> None:
        """Freeze, thaw, lend, give and take."""
        portal = dice.choice(self.portals)
        connection.execute(
            dice.choice(
                [
                    b"select billing.freeze_wallet(%(portal)s, 'eva', 'x')",
                    b"select billing.unfreeze_wallet(%(portal)s, 'eva', 'x')",
                    b"select billing.unfreeze_wallet(%(portal)s, 'eva', 'x')",
                    b"select billing.set_overdraft(%(portal)s, 'eva', %(amount)s, 'x')",
                    b"select billing.adjust(%(portal)s, 'eva', %(amount)s - 600000, 'cortesia', %(key)s)",
                ]
            ),
            {"portal": portal, "amount": dice.choice([0, 500_000, 900_000]), "key": str(dice.randint(1, 9))},
        )

    def customer(self, connection: Connection, dice: random.Random) -> None:
        """Caps, thresholds and recharges."""
        portal = dice.choice(self.portals)
        rule = {"is_on": True, "threshold": 900_000, "amount": 1_000_000, "monthly_cap": 4_000_000}
        connection.execute(
            dice.choice(
                [
                    b"select billing.set_cap(%(portal)s, '1', 'user', '7', 'day', %(soft)s, %(hard)s)",
                    b"select billing.set_cap(%(portal)s, '1', 'portal', '', 'month', null, %(hard)s)",
                    b"select billing.set_thresholds(%(portal)s, '1', '[500000, 2000000]')",
                    b"select billing.set_recharge(%(portal)s, '1', %(rule)s)",
                    b"select billing.settle_recharge(r.portal_id, r.recharge_id, 'declined')"
                    b" from billing.recharge r where r.portal_id = %(portal)s and r.state = 'open'",
                ]
            ),
            {
                "portal": portal,
                "soft": dice.choice([None, 400_000]),
                "hard": dice.choice([None, 900_000, 3_000_000]),
                "rule": Jsonb({**rule, "consent": {"text_version": "1"}}),
            },
        )

    def worker(self, connection: Connection, dice: random.Random) -> None:
        """The worker's rounds."""
        connection.execute(
            dice.choice([b"select billing.expire_holds()", b"select billing.take_checkpoints()"])
        )

    def operators(self, connection: Connection, dice: random.Random) -> None:
        """Operators write; the worker sends; statuses come before and after it knows them."""
        portal = dice.choice(self.portals)
        _converse(connection, dice, portal, self.channels[self.portals.index(portal)])

    def broken(self, connection: Connection) -> list[Any]:
        """Return what the books say that may not be."""
        connection.execute("select set_config('whatsappb24.now', %s, false)", (BASE,))
        found: list[Any] = []
        for portal in self.portals:
            found += connection.execute("select promise, found from billing.verify(%s)", (portal,)).fetchall()
        return found + connection.execute(NOT_PAID_ONCE, (self.portals,)).fetchall()


def _converse(connection: Connection, dice: random.Random, portal: str, channel: str) -> None:
    customer = f"52155500000{dice.randint(10, 14)}"
    receive = {"portal_id": portal, "channel_id": channel, "wa_id": customer, "kind": "text", "text": "Hola"}
    connection.execute(
        "select count(*) from messaging.receive(%s)", (Jsonb([{**receive, "key": f"in-{dice.random()}"}]),)
    )
    write = {"portal_id": portal, "source": "open_line", "connector": "wab24", "line": "1", "user_id": "1"}
    part = [{"kind": "text", "text": "Buenos días"}]
    items = [{**write, "key": f"out-{dice.random()}", "chat_key": customer, "parts": part} for _ in range(3)]
    connection.execute("select count(*) from messaging.submit(%s)", (Jsonb(items),))
    claims = connection.execute(
        "select portal_id::text, message_id::text, number from messaging.claim('out', array[%s::uuid], 5)",
        (portal,),
    ).fetchall()
    reports = [
        {
            "portal_id": of,
            "message_id": message,
            "number": number,
            "outcome": dice.choice(["accepted", "accepted", "failed"]),
            "keys": {"gs": f"gs-{message}"},
        }
        for of, message, number in claims
    ]
    statuses = [
        {
            "portal_id": of,
            "channel_id": channel,
            "event": dice.choice(["sent", "delivered", "failed"]),
            "keys": {"gs": f"gs-{message}"},
            "destination": customer,
        }
        for of, message, _ in claims
    ]
    settle, apply = (
        b"select count(*) from messaging.settle(%s)",
        b"select count(*) from messaging.apply_receipts(%s)",
    )
    calls = [(settle, reports), (apply, statuses)]
    dice.shuffle(calls)
    for call, told in calls:
        connection.execute(call, (Jsonb(told),))


def _value(connection: Connection, query: str, *parameters: Any) -> Any:
    return connection.execute(query.encode(), parameters).fetchall()[0][0]
