"""One installation for all browser tests; each test opens its own windows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.windows import CALM, Window

from kefu.cli.throwaway import Installation, installation

# The ladder would ask the bank by itself after some seconds; here the customer's question does.
LADDER = "900,3600"


@pytest.fixture(scope="package")
def town() -> Iterator[Installation]:
    """A running product with four members of staff and no customers."""
    with installation(environment={"KEFU_RAILS_LADDER": LADDER}) as running:
        yield running


@pytest.fixture
def open_window(town: Installation, chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Opens a window of a browser of its own (cookies, storage); all are closed after the test.

    What a page logs as an error, or throws, fails the test.
    """
    contexts: list[tuple[BrowserContext, Window]] = []

    def open_one(**options: Any) -> Window:
        context = chromium.new_context(base_url=town.url, **(CALM | options))
        context.set_default_timeout(15_000)
        page: Page = context.new_page()
        window = Window(town, page)
        contexts.append((context, window))
        return window

    yield open_one
    thrown = [line for _, window in contexts for line in window.thrown]
    for context, _window in contexts:
        context.close()
    assert thrown == []
