"""The sandbox's time: the real one, which a test may move ahead (windows, expiries, media that die)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus however far a test moved it ahead; it never goes back."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC) + self.ahead

    def now_ms(self) -> int:
        """This instant in milliseconds since 1970, as Gupshup's envelopes carry it."""
        return int(self.now().timestamp() * 1000)

    def advance(self, by: timedelta) -> None:
        """Move ahead by `by`; ValueError when it is negative."""
        if by < timedelta():
            raise ValueError("the sandbox's clock goes forward only")
        self.ahead += by
