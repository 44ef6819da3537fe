"""Fixtures of the import tests: real Convex functions, a real S3 server, and services over both."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from lib.data import users
from lib.jobs.services import Services
from tests.importing.desk import Desk
from tests.jobs.conftest import convex, s3, services

__all__ = ["convex", "s3", "services"]


@pytest.fixture
def desk(services: Services, tmp_path: Path) -> Desk:
    clerk_id = f"user_{uuid4().hex}"
    users.upsert(services.worker_caller(), clerk_id=clerk_id, kind="product", name="Ada")
    return Desk(services, tmp_path, clerk_id)
