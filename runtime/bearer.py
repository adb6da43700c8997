"""Short bearer tokens for people who opened a verified frame: signed, bound to portal and user, one hour.

The token says who; what he may do is asked of `tenancy.allows` at every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import jwt
import msgspec

from runtime.secrets import derived_key

_AUDIENCE = "whatsappb24"
_ALGORITHM = "HS256"


class BearerRefused(Exception):
    """The token is not ours, was changed, or has expired. The text never holds the token."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a bearer token."""

    portal_id: str
    user_id: str
    language: str
    expires_at: float = 0.0
    """When the token that says so ends, in Unix seconds; 0 for one that is still to be issued."""


class Bearer:
    """Issues and reads tokens; reads those of every key in `SECRET_KEYS`, issues with the newest."""

    def __init__(self, keys: Sequence[str], *, valid_for: timedelta = timedelta(hours=1)) -> None:
        self._keys = [derived_key(key, "bearer") for key in keys]
        self.valid_for = valid_for

    def issue(self, holder: Holder) -> str:
        """Return a token for `holder`, valid from now on."""
        now = datetime.now(UTC)
        claims = {
            "aud": _AUDIENCE,
            "iat": now,
            "exp": now + self.valid_for,
            "sub": holder.user_id,
            "portal": holder.portal_id,
            "lang": holder.language,
        }
        return jwt.encode(claims, self._keys[0], algorithm=_ALGORITHM)

    def read(self, token: str) -> Holder:
        """Return who holds `token`. Raises `BearerRefused`."""
        for key in self._keys:
            try:
                claims = jwt.decode(token, key, algorithms=[_ALGORITHM], audience=_AUDIENCE)
            except jwt.ExpiredSignatureError:
                raise BearerRefused("the token has expired: open the application again") from None
            except jwt.InvalidTokenError:
                continue
            return Holder(
                portal_id=str(claims["portal"]),
                user_id=str(claims["sub"]),
                language=str(claims["lang"]),
                expires_at=float(claims["exp"]),
            )
        raise BearerRefused("the token is not ours: open the application again")
