"""The application: every route in one place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.prometheus import PrometheusConfig

from api import pages, problems
from api.bitrix24 import automation, events, frames
from api.health import live, metrics, ready
from api.media import media
from api.operations import with_problems
from api.pay import come_back
from api.services import Services
from api.staff.guard import COOKIE
from api.staff.pages import staff_page
from api.staff.router import staff_router
from api.tracing import TraceRequests
from api.v1 import (
    balance,
    channels,
    conversations,
    crm,
    customer,
    differences,
    documents,
    incidents,
    keys,
    messages,
    payments,
    people,
    portal,
    sending,
    session,
    statement,
    subscriptions,
    support,
    templates,
)
from api.v1 import events as changes
from api.v1.holder import holder_read, provide_holder
from api.webhooks import payments as payment_webhooks
from api.webhooks.gupshup import gupshup
from runtime.bearer import BearerRefused
from runtime.errors import SqlFailure
from runtime.trace import Trace

MAX_BODY_BYTES = 1_048_576
_SECURITY = Components(
    security_schemes={
        "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
        "staff": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE),
    }
)
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(services: Callable[[], Services], trace: Callable[[], Trace], lifespan: Lifespan) -> Litestar:
    """Make the application; `lifespan` opens what `services` gives."""
    app = Litestar(
        route_handlers=[
            live,
            ready,
            metrics,
            gupshup,
            events.events,
            automation.robot,
            automation.sms,
            frames.install,
            frames.app,
            frames.setting_connector,
            frames.chat_templates,
            media,
            payment_webhooks.stripe,
            payment_webhooks.paypal,
            come_back,
            _v1(services),
            staff_router(services),
            staff_page,
            *pages.static_routes(),
        ],
        dependencies={"services": Provide(services, sync_to_thread=False)},
        middleware=[PrometheusConfig(app_name="whatsappb24", group_path=True).middleware],
        exception_handlers={
            problems.Refused: problems.on_refused,
            SqlFailure: problems.on_sql_failure,
            BearerRefused: problems.on_bearer_refused,
            HTTPException: problems.on_http,
            Exception: problems.on_fault,
        },
        lifespan=[lifespan],
        logging_config=None,
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="WhatsAppB24", version="1", path="/docs", components=_SECURITY, use_handler_docstrings=True
        ),
    )
    with_problems(app.openapi_schema)
    # around everything: Litestar's own middleware does not see requests for which there is no route
    app.asgi_handler = TraceRequests(app.asgi_handler, trace=trace)
    return app


def _v1(services: Callable[[], Services]) -> Router:
    """The administration API: everything but the session itself needs a bearer token."""
    return Router(
        "/api/v1",
        route_handlers=[
            session.renew_session,
            Router(
                "/",
                route_handlers=[
                    portal.get_portal,
                    portal.configure_portal,
                    portal.finish_installation,
                    portal.list_lines,
                    portal.list_users,
                    people.list_people,
                    people.list_departments,
                    people.get_directory_reading,
                    people.read_directory,
                    people.list_open_lines,
                    people.set_role,
                    people.list_role_changes,
                    people.explain_permission,
                    channels.list_channels,
                    channels.get_channel,
                    channels.add_channel,
                    channels.configure_channel,
                    channels.remove_channel,
                    channels.send_test_message,
                    channels.change_channel,
                    crm.get_crm_rule,
                    crm.set_crm_rule,
                    crm.list_crm_funnels,
                    conversations.list_conversations,
                    conversations.list_messages,
                    conversations.get_chat,
                    incidents.get_timeline,
                    incidents.list_quarantine,
                    incidents.get_conservation,
                    sending.send_message,
                    messages.find_messages,
                    messages.get_message,
                    messages.resolve_message,
                    balance.get_balance,
                    balance.set_cap,
                    balance.set_alerts,
                    balance.get_consumption,
                    balance.get_quote,
                    statement.get_statement,
                    statement.download_statement,
                    statement.download_statement_document,
                    differences.list_differences,
                    documents.list_documents,
                    documents.download_document,
                    payments.list_offers,
                    payments.open_payment,
                    payments.list_payments,
                    payments.get_payment,
                    payments.list_methods,
                    payments.remove_method,
                    payments.list_schedules,
                    payments.cancel_schedule,
                    payments.set_recharge,
                    subscriptions.list_plans,
                    subscriptions.list_subscriptions,
                    subscriptions.preview_plan,
                    subscriptions.change_plan,
                    subscriptions.cancel_subscription,
                    subscriptions.keep_subscription,
                    subscriptions.pause_subscription,
                    subscriptions.resume_subscription,
                    subscriptions.restart_subscription,
                    customer.get_customer,
                    customer.change_customer,
                    templates.list_templates,
                    templates.get_template,
                    templates.create_template,
                    templates.edit_template,
                    templates.delete_template,
                    templates.check_template,
                    templates.preview_template,
                    templates.send_template,
                    support.list_support_grants,
                    support.grant_support,
                    support.end_support,
                    support.list_support_looks,
                    keys.list_keys,
                    keys.create_key,
                    keys.revoke_key,
                    changes.watch_changes,
                ],
                before_request=holder_read(services),
                dependencies={"holder": Provide(provide_holder)},
                security=[{"bearer": []}],
            ),
        ],
        exception_handlers={UnicodeDecodeError: problems.on_not_utf8},
    )
