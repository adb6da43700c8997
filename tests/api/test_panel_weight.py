"""The panel stays light: what a view's first load weighs."""

from __future__ import annotations

import pytest

from benchmarks.panel import MOST_BYTES, weights
from tests.api.test_pages import needs_panel

pytestmark = [pytest.mark.requirement("R2.1-a"), needs_panel]


def test_no_view_takes_more_javascript_than_is_allowed() -> None:
    found = weights()
    assert {"ChannelsView", "MessagesView", "MessageView", "SettingsView"} <= found.keys()
    assert {} == {view: weight.script for view, weight in found.items() if weight.script > MOST_BYTES}
