"""Fixtures of the import tests: real Convex functions, a real S3 server, and services over both."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from lib.data import users
from lib.work.services import Services
from tests.support.services import convex, s3, services
from tests.work.importing.desk import Desk

__all__ = ["convex", "s3", "services"]


@pytest.fixture
def desk(services: Services, tmp_path: Path) -> Desk:
    clerk_id = f"user_{uuid4().hex}"
    users.upsert(services.worker_caller(), clerk_id=clerk_id, kind="product", name="Ada")
    return Desk(services, tmp_path, clerk_id)
