"""Alerts of a stack that has a channel for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from standardwebhooks import Webhook

from tests.support.browser import enter, new_context
from tests.support.receiver import Receiver, running_receiver
from tests.support.stack import RunningStack, running_stack

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgMTIz"
SLOW_MS = 60_000


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningStack]:
    """A stack that tells a receiver of alerts."""
    with running_stack(
        tmp_path_factory.mktemp("telling") / "home",
        demo=False,
        EARSHOT_ALERT_WEBHOOK_URL=receiver.url,
        EARSHOT_ALERT_WEBHOOK_SECRET=SECRET,
    ) as running:
        yield running


def test_a_test_message_reaches_the_channel_signed(
    browser: Browser, telling: RunningStack, receiver: Receiver
) -> None:
    page = new_context(browser).new_page()
    enter(page, telling, "ops", "/alerts")
    page.get_by_role("button", name="Send test message").click(timeout=SLOW_MS)
    (got,) = receiver.wait_for(1)
    assert [told["change"] for told in got.content["alerts"]] == ["test"]
    Webhook(SECRET).verify(got.body, got.headers)
    messages = page.get_by_role("table", name="Messages")
    expect(messages.locator("tbody tr").first).to_contain_text("webhook", timeout=SLOW_MS)
