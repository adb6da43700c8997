"""What a code means to a person: the group of words that explains it, and who acts.

Codes come from `trace.error_code`, from the doors, from Bitrix24 (`connectors.bitrix24.errors`) and, written
`gupshup:<code>`, from Gupshup and WhatsApp (`connectors.gupshup.failures`). The words are the texts
`why.<group>` (what happened) and `why.<group>.do` (what to do).
"""

from __future__ import annotations

from typing import Final

from connectors.gupshup.failures import ERROR_CODES
from connectors.outside import Actor, Policy

_GROUPS: Final[dict[str, tuple[Actor, tuple[str, ...]]]] = {
    "token": (
        Actor.ADMINISTRATOR,
        (
            *("no_token", "unknown_user", "no_tokens", "invalid_token", "NO_AUTH_FOUND", "invalid_grant"),
            *("expired_token", "authorization_error", "user_access_error", "ERROR_OAUTH"),
            *("invalid_client", "APPLICATION_NOT_FOUND", "application_token"),
        ),
    ),
    "expired": (Actor.OPERATOR, ("bearer",)),
    "permission": (Actor.ADMINISTRATOR, ("permission",)),
    "administrator_only": (Actor.ADMINISTRATOR, ("administrator_only",)),
    "portal_state": (Actor.ADMINISTRATOR, ("portal_state", "portal_uninstalled")),
    "unknown_portal": (Actor.ADMINISTRATOR, ("unknown_portal", "PORTAL_DELETED")),
    "unknown_channel": (Actor.OPERATOR, ("unknown_channel", "unknown_route", "route_header")),
    "channel_state": (Actor.OPERATOR, ("channel_state",)),
    "line_taken": (Actor.ADMINISTRATOR, ("line_taken",)),
    "line": (
        Actor.ADMINISTRATOR,
        (
            *("unknown_line", "line_removed", "NOT_ACTIVE_LINE", "IMCONNECTOR_NO_CORRECT_PROVIDER"),
            *("IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR", "refused"),
        ),
    ),
    "line_pending": (Actor.NOBODY, ("line_not_connected",)),
    "plan": (Actor.ADMINISTRATOR, ("plan",)),
    "form": (Actor.OPERATOR, ("malformed_item", "malformed_call", "bad_request", "unprocessable_entity")),
    "rights": (Actor.ADMINISTRATOR, ("insufficient_scope", "invalid_scope", "INVALID_CREDENTIALS")),
    "tariff": (Actor.ADMINISTRATOR, ("ACCESS_DENIED", "PAYMENT_REQUIRED")),
    "confirm": (Actor.ADMINISTRATOR, ("METHOD_CONFIRM_WAITING", "METHOD_CONFIRM_DENIED")),
    "open_channels": (
        Actor.ADMINISTRATOR,
        ("ERROR_METHOD_NOT_FOUND", "ERROR_MANIFEST_IS_NOT_AVAILABLE"),
    ),
    "busy": (
        Actor.NOBODY,
        ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT", "rate_limit", "exhausted"),
    ),
    "portal_away": (
        Actor.NOBODY,
        (
            *("timeout", "not_connected", "no_answer", "not_json", "INTERNAL_SERVER_ERROR"),
            *("ERROR_UNEXPECTED_ANSWER", "WRONG_CLIENT", "http_500", "http_502", "http_503", "http_504"),
        ),
    ),
    "away": (Actor.NOBODY, ("database_away", "service_unavailable")),
    "offline": (Actor.OPERATOR, ("offline",)),
    "bridge": (Actor.OPERATOR, ("bridge",)),
    "fault": (Actor.PROVIDER, ("fault", "ALLOWED_ONLY_INTRANET_USER", "WRONG_AUTH_TYPE")),
    "server_endpoint": (Actor.PROVIDER, ("server_endpoint", "wrong_client", "portal_address")),
    "unconfirmed": (Actor.OPERATOR, ("member_mismatch", "user_mismatch", "no_portal")),
    "inactive_user": (Actor.ADMINISTRATOR, ("inactive_user",)),
    "unreadable": (Actor.OPERATOR, ()),
    "unknown": (Actor.PROVIDER, ()),
    "gupshup_key": (
        Actor.ADMINISTRATOR,
        ("gupshup:http_401", "gupshup:http_403", "gupshup:key_unusable"),
    ),
    "gupshup_app": (
        Actor.ADMINISTRATOR,
        ("gupshup:http_400", "gupshup:http_404", "gupshup:http_422", "gupshup:refused"),
    ),
    "gupshup_away": (
        Actor.NOBODY,
        (
            *("gupshup:timeout", "gupshup:not_connected", "gupshup:no_answer", "gupshup:not_json"),
            *("gupshup:incomplete_answer", "gupshup:http_408", "gupshup:http_429", "gupshup:http_500"),
            *("gupshup:http_502", "gupshup:http_503", "gupshup:http_504", "gupshup:rate_limit"),
        ),
    ),
    "gupshup_wallet_empty": (Actor.ADMINISTRATOR, ("gupshup:http_402",)),
    "gupshup_sender_mismatch": (Actor.ADMINISTRATOR, ()),
    "gupshup_account_restricted": (Actor.ADMINISTRATOR, ()),
    "gupshup_permission": (Actor.ADMINISTRATOR, ()),
    "gupshup_display_name": (Actor.ADMINISTRATOR, ()),
    "gupshup_meta_payment": (Actor.ADMINISTRATOR, ()),
    "gupshup_number_not_registered": (Actor.ADMINISTRATOR, ()),
}


def _group_of_row(text_key: str) -> str:
    """`gupshup.wallet_empty` and `gupshup.gupshup_wallet_empty` are explained by `gupshup_wallet_empty`."""
    return f"gupshup_{text_key.removeprefix('gupshup.').removeprefix('gupshup_')}"


CODES: Final[dict[str, str]] = {
    **{code: group for group, (_, codes) in _GROUPS.items() for code in codes},
    **{
        f"gupshup:{row.code}": _group_of_row(row.text_key)
        for row in ERROR_CODES.values()
        if row.policy is Policy.FIX
    },
}
"""Code → group. Of WhatsApp's codes only those that stop a whole channel: no others become its reason."""

WHO_ACTS: Final[dict[str, str]] = {group: actor.value for group, (actor, _) in _GROUPS.items()}
"""Group → `nobody`, `operator` (whoever has the page open), `administrator` or `provider`."""


def group_of(code: str, status: int) -> str:
    """The group that explains `code`; a code that nobody has explained is judged by its HTTP status."""
    if code in CODES:
        return CODES[code]
    if status in (401, 403):
        return "unconfirmed"
    if status == 503:
        return "away"
    return "unreadable" if status < 500 else "fault"
