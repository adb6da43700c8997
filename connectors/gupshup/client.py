"""What we ask of Gupshup with a customer's own application key (contracts/gupshup.md §1.4 to §3, §5.4).

Nothing here raises for what Gupshup answers or does not answer: a call returns its value or a `Failure`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import httpx
import msgspec

from connectors.gupshup import account, methods, subscriptions, templates
from connectors.gupshup.account import Business, Health, UsageDay, Waba, Wallet
from connectors.gupshup.exchange import App, Request, Upload, Wire
from connectors.gupshup.outbound import (
    OutboundMessage,
    OutboundTemplate,
    form_of,
    template_form_of,
    unsendable,
)
from connectors.gupshup.subscriptions import Subscription, SubscriptionCheck
from connectors.gupshup.templates import Draft, Kept, Template
from connectors.gupshup.wire import object_of, text_of
from connectors.outside import Context, Failure, Journal, Policy
from connectors.redaction import Secret

__all__ = [
    "App",
    "Business",
    "Draft",
    "Gupshup",
    "Health",
    "Kept",
    "OutboundMessage",
    "OutboundTemplate",
    "Sent",
    "Subscription",
    "SubscriptionCheck",
    "Template",
    "TemplatePage",
    "Upload",
    "UsageDay",
    "Waba",
    "Wallet",
]

_NOTHING: Final = Context()


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Gupshup took the message. Taken is not sent: most failures come later, as a callback (§0 rule 1)."""

    gs_id: str
    """Gupshup's id, `gsId` in later callbacks."""


class TemplatePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list of templates; `is_last` when no further one follows."""

    templates: list[Template]
    is_last: bool


class Gupshup:
    """One Gupshup host; the application comes with each call. `http` is shared and closed by its owner."""

    def __init__(
        self, http: httpx.AsyncClient, base_url: str, journal: Journal, *, answer_within_s: float = 30.0
    ) -> None:
        self._wire = Wire(http, base_url, journal, answer_within_s=answer_within_s)

    async def send(self, app: App, message: OutboundMessage, *, about: Context) -> Sent | Failure:
        """Send one message inside the 24-hour window.

        `Policy.UNKNOWN` when the message may have been taken although no answer says so: never repeat it
        blindly.
        """
        refusal = unsendable(message)
        if refusal is not None:
            return refusal
        form = form_of(message, app.phone, app.app_name)
        return await self._wire.call(app, Request(method=methods.SEND, form=form, about=about), _sent)

    async def send_template(self, app: App, message: OutboundTemplate, *, about: Context) -> Sent | Failure:
        """Send an approved template; `Policy.UNKNOWN` as for `send`."""
        form = template_form_of(message, app.phone, app.app_name)
        return await self._wire.call(
            app, Request(method=methods.SEND_TEMPLATE, form=form, about=about), _sent
        )

    async def templates(self, app: App, page: int, *, about: Context = _NOTHING) -> TemplatePage | Failure:
        """Read a page of the application's templates, counted from 1; ten calls a minute pass (§2.5)."""
        query = {"pageNo": str(page), "pageSize": str(templates.PAGE)}
        request = Request(method=methods.LIST_TEMPLATES, query=query, about=about)
        listed = await self._wire.call(app, request, templates.page_of)
        if isinstance(listed, Failure):
            return listed
        return TemplatePage(
            templates=[one for one in listed if one is not None], is_last=len(listed) < templates.PAGE
        )

    async def create_template(
        self, app: App, draft: Draft, handle: str | None = None, *, about: Context = _NOTHING
    ) -> Kept | Failure:
        """Hand in a new template; `handle` is of the sample that `upload_sample` took."""
        request = Request(method=methods.CREATE_TEMPLATE, form=templates.form_of(draft, handle), about=about)
        return await self._wire.call(app, request, templates.kept)

    async def edit_template(
        self,
        app: App,
        provider_id: str,
        draft: Draft,
        handle: str | None = None,
        *,
        about: Context = _NOTHING,
    ) -> Kept | Failure:
        """Change a template; WhatsApp reviews it again."""
        request = Request(
            method=methods.EDIT_TEMPLATE,
            path={"templateId": provider_id},
            form=templates.form_of(draft, handle),
            about=about,
        )
        return await self._wire.call(app, request, templates.kept)

    async def delete_template(self, app: App, name: str, *, about: Context = _NOTHING) -> Failure | None:
        """Delete a template in all its languages; None when it is gone, also when there was none."""
        request = Request(method=methods.DELETE_TEMPLATE, path={"elementName": name}, about=about)
        outcome = await self._wire.call(app, request, _done)
        return outcome if isinstance(outcome, Failure) and outcome.http_status != 404 else None

    async def upload_sample(self, app: App, file: Upload, *, about: Context = _NOTHING) -> str | Failure:
        """Upload the sample file of a template's header; returns its handle."""
        request = Request(method=methods.UPLOAD_SAMPLE, form={"file_type": file.mime}, file=file, about=about)
        return await self._wire.call(app, request, templates.handle_of)

    async def business(self, app: App, *, about: Context = _NOTHING) -> Business | Failure:
        """Read the account behind the application: the test that its id and key are right."""
        return await self._wire.call(app, Request(method=methods.BUSINESS, about=about), account.business_of)

    async def waba(self, app: App, *, about: Context = _NOTHING) -> Waba | Failure:
        """Read quality, limit and status of the number; `not_offered` where the key may not (§1.4)."""
        outcome = await self._wire.call(app, Request(method=methods.WABA, about=about), account.waba_of)
        return account.unless_refused(outcome) if isinstance(outcome, Failure) else outcome

    async def wallet(self, app: App, *, about: Context = _NOTHING) -> Wallet | Failure:
        """Read the prepaid balance; `not_offered` where the key may not (§1.4)."""
        outcome = await self._wire.call(app, Request(method=methods.WALLET, about=about), account.wallet_of)
        return account.unless_refused(outcome) if isinstance(outcome, Failure) else outcome

    async def usage(
        self, app: App, since: date, until: date, *, about: Context = _NOTHING
    ) -> list[UsageDay] | Failure:
        """Read what each day had and cost, `until` included; `not_offered` where the key may not (§1.4)."""
        path = {"from": since.isoformat(), "to": until.isoformat()}
        request = Request(method=methods.USAGE, path=path, about=about)
        outcome = await self._wire.call(app, request, account.usage_of)
        return account.unless_refused(outcome) if isinstance(outcome, Failure) else outcome

    async def health(self, app: App, *, about: Context = _NOTHING) -> Health | Failure:
        """Read Gupshup's verdict on the application; `not_offered` where the key may not (§1.4)."""
        outcome = await self._wire.call(app, Request(method=methods.HEALTH, about=about), account.health_of)
        return account.unless_refused(outcome) if isinstance(outcome, Failure) else outcome

    async def mark_read(self, app: App, message_id: str, *, about: Context = _NOTHING) -> Failure | None:
        """Show the customer that message `message_id` (WhatsApp's id) was read; None when done.

        A message that Gupshup no longer knows says nothing about the channel, hence NEVER and not FIX.
        """
        request = Request(method=methods.MARK_READ, path={"messageId": message_id}, about=about)
        outcome = await self._wire.call(app, request, _done)
        if not isinstance(outcome, Failure):
            return None
        return (
            msgspec.structs.replace(outcome, policy=Policy.NEVER) if outcome.http_status == 404 else outcome
        )

    async def set_subscription(
        self, app: App, url: Secret, secret_header: Secret, tag: str, *, about: Context = _NOTHING
    ) -> Subscription | Failure:
        """Create our webhook, known by its `tag`, or bring it to what it must be; a right one is left alone.

        Gupshup calls `url` before it answers, and wants a 2xx. `url` is a Secret because it opens our door.
        """
        found = await self._find(app, tag, about)
        if isinstance(found, Failure):
            return found
        check = subscriptions.check(found, url, secret_header)
        existing = check.subscription
        if existing is not None and not check.differences:
            return existing
        request = Request(
            method=methods.UPDATE_SUBSCRIPTION if existing else methods.CREATE_SUBSCRIPTION,
            path={"subscriptionId": existing.id} if existing else {},
            form=subscriptions.form_of(url, secret_header, tag),
            about=about,
        )
        return await self._wire.call(app, request, subscriptions.created)

    async def check_subscription(
        self, app: App, url: Secret, secret_header: Secret, tag: str, *, about: Context = _NOTHING
    ) -> SubscriptionCheck | Failure:
        """Compare our webhook with what it must be; changes nothing."""
        found = await self._find(app, tag, about)
        return found if isinstance(found, Failure) else subscriptions.check(found, url, secret_header)

    async def remove_subscription(self, app: App, tag: str, *, about: Context = _NOTHING) -> Failure | None:
        """Remove our webhook and no other; None when it is gone, also when there was none."""
        found = await self._find(app, tag, about)
        if isinstance(found, Failure):
            return found
        existing = subscriptions.subscription_of(found) if found else None
        if existing is None:
            return None
        request = Request(
            method=methods.DELETE_SUBSCRIPTION, path={"subscriptionId": existing.id}, about=about
        )
        outcome = await self._wire.call(app, request, _done)
        if isinstance(outcome, Failure) and "does not exist" not in outcome.message.lower():
            return outcome
        return None

    async def _find(self, app: App, tag: str, about: Context) -> dict[str, Any] | Failure | None:
        request = Request(method=methods.LIST_SUBSCRIPTIONS, about=about)
        found = await self._wire.call(app, request, subscriptions.listed)
        return found if isinstance(found, Failure) else subscriptions.with_tag(found, tag)


def _sent(body: Any) -> Sent | None:
    """A success names a message id and no error; its `status` is `submitted` or `success`."""
    answer = object_of(body)
    gs_id = text_of(answer.get("messageId"))
    return Sent(gs_id=gs_id) if gs_id and answer.get("status") != "error" else None


def _done(body: Any) -> bool | None:
    """These answers are empty; only an error in JSON speaks against success."""
    return None if object_of(body).get("status") == "error" else True
