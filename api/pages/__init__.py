"""The pages that a portal shows in a frame: installer, application, connector settings, and their refusals.

Plain HTML, one stylesheet and ES modules, served as they are; nothing comes from elsewhere. `documents` puts
a page together, `assets` serves its files, `texts` holds the words of three languages, `reasons` says what a
code means, who acts and what to do. The pages speak to the portal by contracts/bitrix24.md §6.2.
"""

from api.pages.assets import static_routes
from api.pages.documents import PageSession, content_security_policy, outside, refusal, render

__all__ = ["PageSession", "content_security_policy", "outside", "refusal", "render", "static_routes"]
