"""Every route of the staff in one place."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Router
from litestar.di import Provide

from api import problems
from api.services import Services
from api.staff import differences, people, session
from api.staff.guard import guarded, provide_staff, staff_entered


def staff_router(services: Callable[[], Services]) -> Router:
    """The staff's API: everything but coming in needs a session, and the permission that the route names."""
    return Router(
        "/staff/v1",
        route_handlers=[
            session.enter_by_link,
            Router(
                "/",
                route_handlers=guarded(
                    [
                        session.get_me,
                        session.end_session,
                        differences.list_all_differences,
                        people.list_people,
                        people.add_person,
                        people.change_person,
                        people.invite_person,
                    ]
                ),
                before_request=staff_entered(services),
                dependencies={"staff": Provide(provide_staff)},
                security=[{"staff": []}],
            ),
        ],
        exception_handlers={UnicodeDecodeError: problems.on_not_utf8},
    )
