"""Every route of the staff in one place."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Router
from litestar.di import Provide

from api import problems
from api.services import Services
from api.staff import (
    adjustments,
    customers,
    differences,
    disputes,
    issuer,
    looks,
    margins,
    oidc,
    payments,
    people,
    plans,
    provider_events,
    refunds,
    session,
    tariffs,
    wallets,
)
from api.staff.guard import guarded, provide_staff, staff_entered


def staff_router(services: Callable[[], Services]) -> Router:
    """The staff's API: everything but coming in needs a session, and the permission that the route names."""
    return Router(
        "/staff/v1",
        route_handlers=[
            session.enter_by_link,
            oidc.begin,
            oidc.come_back,
            Router(
                "/",
                route_handlers=guarded(
                    [
                        session.get_me,
                        session.end_session,
                        differences.list_all_differences,
                        differences.list_usage_differences,
                        people.list_people,
                        people.add_person,
                        people.change_person,
                        people.invite_person,
                        customers.list_customers,
                        customers.read_customer,
                        customers.list_history,
                        customers.correct_customer,
                        customers.turn_customer,
                        customers.choose_currency,
                        customers.assign_portal,
                        wallets.open_wallet,
                        wallets.freeze_wallet,
                        wallets.unfreeze_wallet,
                        wallets.set_overdraft,
                        wallets.read_statement,
                        adjustments.list_adjustments,
                        adjustments.ask_adjustment,
                        adjustments.approve_adjustment,
                        adjustments.reject_adjustment,
                        payments.list_payments,
                        payments.read_payment,
                        payments.download_document,
                        refunds.list_refunds,
                        refunds.ask_refund,
                        refunds.approve_refund,
                        refunds.reject_refund,
                        disputes.list_disputes,
                        provider_events.list_events,
                        provider_events.read_event,
                        provider_events.replay_event,
                        provider_events.assign_event,
                        provider_events.dismiss_event,
                        issuer.read_issuer,
                        issuer.set_issuer,
                        issuer.set_series,
                        plans.list_plan_versions,
                        plans.publish_plan,
                        plans.withdraw_plan,
                        tariffs.list_rate_cards,
                        tariffs.read_rate_card,
                        tariffs.list_rates,
                        tariffs.download_rates,
                        tariffs.list_differences,
                        tariffs.load_rate_card,
                        tariffs.publish_rate_card,
                        tariffs.retire_rate_card,
                        looks.look_at_messages,
                        looks.look_at_message,
                        looks.look_at_timeline,
                        margins.get_margins,
                        margins.download_margins,
                        margins.list_exchange_rates,
                        margins.set_exchange_rates,
                    ]
                ),
                before_request=staff_entered(services),
                dependencies={"staff": Provide(provide_staff)},
                security=[{"staff": []}],
            ),
        ],
        exception_handlers={UnicodeDecodeError: problems.on_not_utf8},
    )
