"""A real Clerk instance and a provisioner over the Convex runtime of the job tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.auth.backend_api import BackendApi
from lib.config.settings import Settings
from lib.data import users
from lib.work.provisioning import Provisioner
from lib.work.services import Services
from tests.identity.clerk import Running, running
from tests.work.provisioning.deliveries import Sender, Stored


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("clerk"), "development") as started:
        yield started


@pytest.fixture(scope="module")
def settings(services: Services, clerk: Running) -> Settings:
    return services.settings.model_copy(
        update={
            "clerk_webhook_secret": Settings.model_validate(
                clerk.stack.app_environment()
            ).clerk_webhook_secret
        }
    )


@pytest.fixture(scope="module")
def api(clerk: Running) -> Iterator[BackendApi]:
    with BackendApi(clerk.stack.clerk_api_url, clerk.stack.clerk_secret_key) as client:
        yield client


@pytest.fixture(scope="module")
def provisioner(settings: Settings, services: Services, api: BackendApi) -> Iterator[Provisioner]:
    made = Provisioner(settings, services.worker_caller, api)
    yield made
    made.close()


@pytest.fixture
def stored(services: Services) -> Stored:
    return lambda clerk_id: users.get(services.worker_caller(), clerk_id)


@pytest.fixture(scope="module")
def signed(clerk: Running) -> Sender:
    return Sender(clerk.stack.clerk_webhook_secret)
