"""Which meaning every code has, party by party, and who must act on each meaning.

A code means one thing with one party: `timeout` is Bitrix24's silence or Gupshup's. Codes of ours come from
`trace.error_code`, from the doors and from the worker; Bitrix24's from `connectors.bitrix24.errors`;
Gupshup's and WhatsApp's from `connectors.gupshup.failures`. The words stand in `<language>.json`.
"""

from __future__ import annotations

from typing import Final, Literal

Who = Literal["nobody", "operator", "administrator", "provider", "customer"]
"""`operator`: whoever wrote the message or has the page open; `customer`: the person on WhatsApp."""
Party = Literal["bitrix24", "gupshup", "ours"]

_MEANINGS_OF_WHO: Final[dict[Who, str]] = {
    "nobody": """
        away busy delivery_unknown event_form file_away file_gone gupshup_away gupshup_busy
        line_pending no_addressee not_offered not_unknown own_away own_turn plan_same
        portal_away portal_moved portal_silent portal_unnamed sent_again unknown_message
        """,
    "operator": """
        block_failed bridge caption device dropped exhausted expired file_empty file_large
        file_link file_refused file_type file_unreachable flow_limit foreign_page form
        gupshup_limit identity_changed kind_unsupported last_owner marketing_limit
        message_faults
        meta_experiment no_number no_phone not_found not_on_whatsapp not_opted_in not_there nothing_said
        offline
        outcome_unknown parameter_invalid pending_too_long rate_number rate_pair resent_enough
        same_number session_ended staff_disabled staff_exists staff_identity staff_link
        staff_permission staff_session staff_sign_in stale statement_long template_incomplete
        template_unknown too_large too_long unconfirmed
        undeliverable unknown_channel unknown_chat unknown_person unreadable whatsapp_away
        whatsapp_maintenance whatsapp_user_error window window_template write_first
        """,
    "administrator": """
        account_limited administrator_only api_key balance cap channel_state cloud_only colleague
        confirm events_missing flow_blocked gupshup_account_locked gupshup_account_restricted
        gupshup_app gupshup_app_unhealthy gupshup_display_name gupshup_key
        gupshup_meta_payment gupshup_meta_token gupshup_number_not_registered
        gupshup_permission gupshup_pin gupshup_policy_violation gupshup_refused
        gupshup_sender_mismatch gupshup_spam_limit gupshup_wallet_empty inactive_user line
        line_taken no_owner_left no_round_trip open_channels own_keys payment_limits
        payment_missing payment_way payments_many people_missing permission plan plan_unknown
        portal_deleted portal_exhausted portal_state rights subscription_cancelled
        subscription_paused subscription_state subscription_suspended support_grant tariff
        template_busy template_count template_disabled template_exists template_faults
        template_format template_long template_missing
        template_paused template_policy template_refused template_state templates_off token unknown_portal
        webhook_route
        """,
    "provider": """
        adjustment customer customer_in_use element_refused fault frozen gupshup_moved legacy_error no_price
        not_accepted our_call overload own_disk payment_account payment_object payment_proof
        plan_default rate_card request_invalid server_endpoint unknown_bitrix24
        unknown_gupshup wallet webhook_form
        """,
    "customer": "marketing_opted_out opted_out",
}

_OURS: Final = {
    "adjustment": "four_eyes unknown_adjustment adjustment_state unknown_recharge",
    "administrator_only": "administrator_only",
    "api_key": "api_key unknown_key",
    "away": "database_away service_unavailable spool busy",
    "balance": "balance",
    "bridge": "bridge",
    "cap": "cap",
    "channel_state": "channel_state",
    "colleague": "unknown_colleague unknown_department",
    "customer": "unknown_customer customer_currency",
    "customer_in_use": "customer_in_use",
    "dropped": "dropped",
    "event_form": "event not_utf8",
    "exhausted": "exhausted",
    "expired": "expired",
    "fault": """
        fault internal not_permitted still_referenced bad_value read_only internal_server_error unnamed
        """,
    "file_away": "interrupted not_fetched fetch_timeout",
    "file_empty": "media_empty",
    "file_gone": "media",
    "file_large": "media_too_large",
    "file_link": "bad_url forbidden_url forbidden_address too_many_redirects",
    "file_type": "media_type media_kind",
    "foreign_page": "foreign_origin",
    "frozen": "frozen",
    "form": "malformed_item malformed_call bad_request unprocessable_entity already_exists conflict",
    "caption": "caption_not_possible",
    "last_owner": "last_owner",
    "line": "unknown_line line_removed",
    "line_pending": "line_not_connected",
    "line_taken": "line_taken",
    "message_faults": "message_faults",
    "no_number": "no_number",
    "no_owner_left": "no_owner_left",
    "no_phone": "no_phone",
    "no_price": "no_price",
    "no_round_trip": "no_messages no_inbound no_outbound",
    "not_accepted": "method_not_allowed unsupported_media_type not_acceptable",
    "not_found": "not_found gone",
    "not_unknown": "not_unknown",
    "nothing_said": "text_missing url_missing",
    "offline": "offline",
    "outcome_unknown": "lease_expired unknown",
    "own_away": "lease_nearly_over too_slow voice_timeout lease cancelled",
    "own_disk": "media_dir disk",
    "own_keys": "key_unreadable token_unreadable",
    "own_turn": "rate_limit too_many_requests",
    "payment_account": "no_provider",
    "payment_limits": "amount_limits",
    "payment_missing": "unknown_payment unknown_document unknown_method",
    "payment_object": """
        unknown_refund unknown_event event_state refund_state foreign_object test_mode refund_limits
        """,
    "payment_proof": "bad_signature cannot_verify",
    "payment_way": "not_offered",
    "payments_many": "too_many_payments",
    "people_missing": "people_missing",
    "permission": "permission",
    "plan": "plan",
    "plan_default": "default_plan",
    "plan_same": "same_plan",
    "plan_unknown": "unknown_plan",
    "portal_state": "portal_state portal_uninstalled",
    "rate_card": "unknown_rate_card rate_card_state rate_card_overlap",
    "resent_enough": "resent_enough",
    "sent_again": "absent resend silent",
    "server_endpoint": "server_endpoint",
    "session_ended": "bearer unauthorized",
    "staff_disabled": "staff_disabled",
    "staff_exists": "staff_exists",
    "staff_identity": "not_staff",
    "staff_link": "staff_link",
    "staff_permission": "staff_permission",
    "staff_session": "staff_session",
    "staff_sign_in": "sign_in_state sign_in_refused sign_in_away",
    "stale": "stale_version",
    "statement_long": "statement_long",
    "subscription_cancelled": "subscription_cancelled",
    "subscription_paused": "subscription_paused",
    "subscription_state": "subscription_state",
    "subscription_suspended": "subscription_suspended subscription_none",
    "support_grant": "support_grant unknown_grant",
    "template_busy": "template_busy",
    "template_exists": "template_exists",
    "template_faults": "template_faults",
    "template_incomplete": "template_incomplete",
    "template_state": "template_state",
    "template_unknown": "unknown_template",
    "token": "no_token unknown_user application_token",
    "too_large": "request_entity_too_large payload_too_large content_too_large",
    "too_long": "too_long text_too_long caption_too_long",
    "unknown_channel": "unknown_channel",
    "unknown_chat": "unknown_chat",
    "unknown_message": "unknown_message",
    "unknown_person": "unknown_staff",
    "unknown_portal": "unknown_portal",
    "unreadable": "frame form",
    "wallet": "no_wallet wallet_currency unknown_currency",
    "webhook_form": "too_deep not_an_object",
    "webhook_route": "unknown_route route_header",
    "window": "window",
    "write_first": "write_first",
}

_BITRIX24: Final = {
    "busy": "QUERY_LIMIT_EXCEEDED OPERATION_TIME_LIMIT rate_limit http_429",
    "confirm": "METHOD_CONFIRM_WAITING METHOD_CONFIRM_DENIED",
    "delivery_unknown": "unknown",
    "element_refused": "element_refused",
    "events_missing": "events_missing",
    "inactive_user": "inactive_user",
    "line": """
        NOT_ACTIVE_LINE IMCONNECTOR_NO_CORRECT_PROVIDER IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR refused
        """,
    "line_pending": "line_not_connected",
    "no_addressee": "no_user no_crm_item",
    "open_channels": "ERROR_METHOD_NOT_FOUND ERROR_MANIFEST_IS_NOT_AVAILABLE",
    "our_call": """
        ERROR_BATCH_LENGTH_EXCEEDED ERROR_BATCH_METHOD_NOT_ALLOWED INVALID_REQUEST invalid_request
        ERROR_ARGUMENT IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND ALLOWED_ONLY_INTRANET_USER WRONG_AUTH_TYPE
        http_400 http_404
        """,
    "overload": "OVERLOAD_LIMIT",
    "portal_away": """
        timeout not_connected no_answer not_json too_large INTERNAL_SERVER_ERROR ERROR_UNEXPECTED_ANSWER
        WRONG_CLIENT http_408 http_500 http_502 http_503 http_504
        """,
    "portal_deleted": "PORTAL_DELETED",
    "portal_exhausted": "exhausted",
    "portal_moved": "redirect",
    "portal_silent": "no_element",
    "portal_unnamed": "no_id",
    "rights": "insufficient_scope invalid_scope INVALID_CREDENTIALS",
    "server_endpoint": "wrong_client portal_address domain",
    "tariff": "ACCESS_DENIED PAYMENT_REQUIRED",
    "token": """
        no_tokens invalid_token NO_AUTH_FOUND invalid_grant expired_token authorization_error
        user_access_error ERROR_OAUTH invalid_client APPLICATION_NOT_FOUND http_401 http_403
        """,
    "unconfirmed": "member_mismatch user_mismatch no_portal",
}

_GUPSHUP: Final = {
    "account_limited": "account_limited",
    "block_failed": "139100",
    "cloud_only": "4004",
    "device": "1026",
    "file_large": "1011",
    "file_refused": "1014 131053",
    "file_type": "1000",
    "file_unreachable": "1010 131052",
    "flow_blocked": "132068",
    "flow_limit": "132069",
    "gupshup_account_locked": "131031 ACCOUNT_DISABLE",
    "gupshup_account_restricted": "471 ACCOUNT_RESTRICTED ACCOUNT_VIOLATION account_restricted",
    "gupshup_app": "http_404",
    "gupshup_app_unhealthy": "app_unhealthy",
    "gupshup_away": """
        timeout no_answer incomplete_answer cancelled not_connected not_json http_500 http_502 http_503
        http_504 http_408 http_425
        """,
    "gupshup_busy": "http_429",
    "gupshup_display_name": "131037",
    "gupshup_key": "http_401 http_403 http_407 key_unusable",
    "gupshup_limit": "4001",
    "gupshup_meta_payment": "402 131042",
    "gupshup_meta_token": "0 190",
    "gupshup_moved": "http_301 http_302 http_303 http_307 http_308",
    "gupshup_number_not_registered": "131045 133010",
    "gupshup_permission": "10 131005",
    "gupshup_pin": "133005",
    "gupshup_policy_violation": "368",
    "gupshup_refused": "refused http_400 http_422",
    "gupshup_sender_mismatch": "1001",
    "gupshup_spam_limit": "131048",
    "gupshup_wallet_empty": "1003 http_402",
    "identity_changed": "480",
    "kind_unsupported": "131051",
    "legacy_error": "410 430 432 433",
    "marketing_limit": "131049",
    "marketing_opted_out": "131050",
    "meta_experiment": "472 130472",
    "not_on_whatsapp": "1002 1013",
    "not_opted_in": "1006 1007 1008",
    "not_offered": "not_offered",
    "not_there": "404",
    "opted_out": "1012",
    "parameter_invalid": "131009",
    "pending_too_long": "408",
    "rate_number": "429 130429",
    "rate_pair": "131056",
    "request_invalid": "400 100 1009 131008",
    "same_number": "131021",
    "template_count": "132000",
    "template_disabled": "132016",
    "template_format": "132012",
    "template_long": "132005",
    "template_missing": "132001",
    "template_paused": "4005 132015",
    "template_policy": "132007",
    "template_refused": "2000 2001 2002 2003 2004 2005 2006 2007 2008 2009 2010 2011 2012",
    "templates_off": "1004",
    "undeliverable": "131026",
    "whatsapp_away": "500 503 4002 131000 131016 133004",
    "whatsapp_maintenance": "131057",
    "whatsapp_user_error": "135000",
    "window": "470 131047",
    "window_template": "1005 4003",
}


def _by_code(codes_of: dict[str, str]) -> dict[str, str]:
    return {code: meaning for meaning, codes in codes_of.items() for code in codes.split()}


CODES: Final[dict[Party, dict[str, str]]] = {
    "ours": _by_code(_OURS),
    "bitrix24": _by_code(_BITRIX24),
    "gupshup": _by_code(_GUPSHUP),
}
"""Party → code → meaning."""

WHO_ACTS: Final[dict[str, Who]] = {
    meaning: who for who, meanings in _MEANINGS_OF_WHO.items() for meaning in meanings.split()
}
"""Meaning → who acts."""

_LOOKED_UP: Final[dict[Party, tuple[Party, ...]]] = {
    "ours": ("ours", "bitrix24", "gupshup"),
    "bitrix24": ("bitrix24", "ours"),
    "gupshup": ("gupshup", "ours"),
}
"""Codes of ours appear beside every party's (a file's download, a lease); a door passes on Bitrix24's."""


def meaning_of(code: str, party: Party, status: int) -> str:
    """The meaning of `code`; what nobody has explained is judged by its party and HTTP status, honestly."""
    for known in _LOOKED_UP[party]:
        if code in CODES[known]:
            return CODES[known][code]
    if party == "gupshup" or (party == "ours" and code.isdecimal()):
        return "gupshup_away" if code.startswith("http_5") else "unknown_gupshup"
    if party == "bitrix24":
        return "portal_away" if code.startswith("http_5") or status >= 500 else "unknown_bitrix24"
    if status in (401, 403):
        return "unconfirmed"
    if status == 503:
        return "away"
    return "not_accepted" if 400 <= status < 500 else "fault"
