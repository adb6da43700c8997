"""The methods of Gupshup that this connector calls, and why each; the client calls no other (R2.2-c).

A row's name is its HTTP verb and path (contracts/gupshup.md §1.5, §2, §3, §5.4), and the client builds the
request from it. All are of the self-serve API and need the application's own key, header `apikey`.
"""

from __future__ import annotations

from typing import Final

from connectors.outside import Method, Retry

_KEY: Final = "application key (apikey)"

SEND: Final = Method(
    name="POST /wa/api/v1/msg",
    purpose="send a free-form message inside the 24-hour window",
    why="works with the customer's own key; v3 needs a partner account and a second subscription",
    scope=_KEY,
    retry=Retry.ONCE,
)
SEND_TEMPLATE: Final = Method(
    name="POST /wa/api/v1/template/msg",
    purpose="send an approved template, inside or outside the 24-hour window",
    why="the template goes by its id with the customer's own key; by name (v3) only partners may",
    scope=_KEY,
    retry=Retry.ONCE,
)
LIST_TEMPLATES: Final = Method(
    name="GET /wa/app/{appId}/template",
    purpose="keep our copy of the templates up to date",
    why="the only list with header, buttons and quality (containerMeta); events alone tell less",
    scope=_KEY,
    retry=Retry.SAFE,
)
CREATE_TEMPLATE: Final = Method(
    name="POST /wa/app/{appId}/template",
    purpose="create a template and hand it in for WhatsApp's review",
    why="a name is unique in its language, so one that got lost is found again by the list",
    scope=_KEY,
    retry=Retry.ONCE,
)
EDIT_TEMPLATE: Final = Method(
    name="PUT /wa/app/{appId}/template/{templateId}",
    purpose="correct a rejected template, or change an approved one",
    why="the self-serve twin of the partner's call; unverified, a refusal is shown with Gupshup's words",
    scope=_KEY,
    retry=Retry.SAFE,
)
DELETE_TEMPLATE: Final = Method(
    name="DELETE /wa/app/{appId}/template/{elementName}",
    purpose="delete a template in all its languages",
    why="the self-serve API deletes by name only; the one by id is a partner's",
    scope=_KEY,
    retry=Retry.SAFE,
)
UPLOAD_SAMPLE: Final = Method(
    name="POST /wa/{appId}/wa/media",
    purpose="upload the sample file of a template's header",
    why="WhatsApp reviews a header with a file by an example, which is named by its handle",
    scope=_KEY,
    retry=Retry.SAFE,
)
LIST_SUBSCRIPTIONS: Final = Method(
    name="GET /wa/app/{appId}/subscription",
    purpose="find our webhook and compare it with what it must be",
    why="the dashboard leaves most events off, and only the list shows which are on",
    scope=_KEY,
    retry=Retry.SAFE,
)
CREATE_SUBSCRIPTION: Final = Method(
    name="POST /wa/app/{appId}/subscription",
    purpose="register our webhook",
    why="a callback URL set by hand in the dashboard has no secret header and most events off; a tag is "
    "unique for an application, so a repeated call creates no second one",
    scope=_KEY,
    retry=Retry.SAFE,
)
UPDATE_SUBSCRIPTION: Final = Method(
    name="PUT /wa/app/{appId}/subscription/{subscriptionId}",
    purpose="bring our webhook back to what it must be",
    why="deleting and creating it again would lose events in between",
    scope=_KEY,
    retry=Retry.SAFE,
)
DELETE_SUBSCRIPTION: Final = Method(
    name="DELETE /wa/app/{appId}/subscription/{subscriptionId}",
    purpose="remove our webhook when the channel is removed",
    why="deletes ours only; deleting all would take the customer's other webhooks",
    scope=_KEY,
    retry=Retry.SAFE,
)
BUSINESS: Final = Method(
    name="GET /wa/app/{appId}/business",
    purpose="test the connection: application id and key belong together",
    why="changes nothing, costs nothing, and shows whose account it is; documented for customers' own keys",
    scope=_KEY,
    retry=Retry.SAFE,
)
MARK_READ: Final = Method(
    name="PUT /wa/app/{appId}/msg/{messageId}/read",
    purpose="show the customer that the operator read the message",
    why="the self-serve call; the one with a typing indicator is a partner's only",
    scope=_KEY,
    retry=Retry.SAFE,
)

WABA: Final = Method(
    name="GET /wa/app/{appId}/business/profile/waba",
    purpose="show the number's business account, display name, quality, messaging limit and status",
    why="the self-serve twin of the partner's WABA call; unverified, so a refusal only leaves these unknown",
    scope=_KEY,
    retry=Retry.SAFE,
)
WALLET: Final = Method(
    name="GET /wa/app/{appId}/wallet/balance",
    purpose="show the prepaid balance, because with an empty wallet messages are taken and then fail (1003)",
    why="documented for partners only; asked with the customer's key at its self-serve twin; where that "
    "is refused, failed messages tell",
    scope=_KEY,
    retry=Retry.SAFE,
)
USAGE: Final = Method(
    name="GET /wa/app/{appId}/usage?from={from}&to={to}",
    purpose="compare what Gupshup charged for a day, and messages of each category, with our charges",
    why="documented for partners only; asked once in twelve hours with the customer's key at its self-serve "
    "twin; where that is refused, the billing events alone are compared",
    scope=_KEY,
    retry=Retry.SAFE,
)
HEALTH: Final = Method(
    name="GET /wa/app/{appId}/health",
    purpose="Gupshup's own verdict on the application, for the connection test",
    why="documented for partners only; asked at its self-serve twin, a refusal leaves it unknown",
    scope=_KEY,
    retry=Retry.SAFE,
)

METHODS: Final[dict[str, Method]] = {
    method.name: method
    for method in (
        SEND,
        SEND_TEMPLATE,
        LIST_TEMPLATES,
        CREATE_TEMPLATE,
        EDIT_TEMPLATE,
        DELETE_TEMPLATE,
        UPLOAD_SAMPLE,
        LIST_SUBSCRIPTIONS,
        CREATE_SUBSCRIPTION,
        UPDATE_SUBSCRIPTION,
        DELETE_SUBSCRIPTION,
        BUSINESS,
        MARK_READ,
        WABA,
        WALLET,
        USAGE,
        HEALTH,
    )
}
