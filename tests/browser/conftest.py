"""One demo stack for all tests of the pages; its playback URLs live for five seconds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lib.config.settings import Settings
from lib.data import Caller
from lib.work.services import Services
from local.stack import Stack
from tests.support.browser import new_context
from tests.support.stack import RunningStack, attached, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = os.environ.get("EARSHOT_TEST_HOME")  # a stack that runs already, while writing tests
    if home:
        yield attached(Path(home))
        return
    home_path = tmp_path_factory.mktemp("browser") / "home"
    with running_stack(home_path, EARSHOT_SIGNED_URL_SECONDS="5") as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def worker(stack: RunningStack) -> Iterator[Caller]:
    """A caller with the role worker."""
    environment = Stack.load(stack.home).app_environment()
    services = Services(Settings.model_validate({"_env_file": None, **environment}))
    yield services.worker_caller()
    services.close()
