"""The staff's pages: one document for every address under `/staff`; its script asks who is here."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from api import pages
from api.problems import language_of_request
from api.services import Services

log = structlog.get_logger(__name__)


@get(["/staff", "/staff/{view:path}"], include_in_schema=False, sync_to_thread=False)
def staff_page(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[str]:
    """The document. Nothing of a person stands in it; no page may frame it."""
    if request.path_params.get("view", "").startswith("/v1"):
        raise NotFoundException
    language = language_of_request(request)
    page = pages.StaffPage(app_name=services.app_name, language=language, has_oidc=services.oidc is not None)
    try:
        return _html(200, pages.render_for_staff(page))
    except pages.PanelMissing as missing:
        log.critical("panel_missing", what_to_do=str(missing))
        return _html(503, pages.refusal(503, "panel_missing", language))


def _html(status: int, content: str) -> Response[str]:
    headers = {
        "Content-Security-Policy": pages.content_security_policy("'none'"),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, status_code=status, media_type="text/html", headers=headers)
