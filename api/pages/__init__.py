"""The pages that a portal shows in a frame: the panel, and plain ones where it cannot be shown.

The panel (`web/`, Vue) is built into `built/`; `documents` writes the page around it with the person's
session, `assets` serves its files. Refusals and the page for visitors are plain HTML: they must work where
nothing else does.
"""

from api.pages.assets import PanelMissing, static_routes
from api.pages.documents import (
    PageSession,
    Returned,
    StaffPage,
    content_security_policy,
    outside,
    refusal,
    render,
    render_for_staff,
    returned,
)

__all__ = [
    "PageSession",
    "PanelMissing",
    "Returned",
    "StaffPage",
    "content_security_policy",
    "outside",
    "refusal",
    "render",
    "render_for_staff",
    "returned",
    "static_routes",
]
