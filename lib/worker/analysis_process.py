"""The child process that decodes recordings: `python -m lib.worker.analysis_process`.

Recordings are untrusted and the decoders are C code, so decoding has its own process with limits of
memory and time. It gets the credentials of the analysis role over standard input and no other
secret, answers one JSON line per task, and ends with its parent.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import SecretStr

from lib.config.settings import StorageRole
from lib.observability.events import StorageEvent
from lib.observability.request_id import request_id_bound
from lib.product.lifetimes import PLAYBACK_URL, PRIVACY_WINDOW
from lib.storage.analysis import analyse
from lib.storage.client import Storage, StorageSettings, credentials_of
from lib.storage.decode import UnplayableError
from lib.storage.errors import StorageError

ADDRESS_SPACE_BYTES = 1024**3
"""Limit of virtual memory; libraries map half of it, resident memory is far smaller."""

MAX_EVENTS = 200
"""Maximum number of storage events passed to the parent per task."""


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """Storage settings of one role, to pass to the child process."""

    s3_endpoint_url: str | None
    s3_region: str
    s3_bucket: str
    s3_access_key_id: str | None
    s3_secret_access_key: SecretStr | None
    s3_role_credentials: Mapping[StorageRole, str] = field(default_factory=dict)
    signed_url_seconds: int = int(PLAYBACK_URL.total_seconds())
    privacy_window_days: int = PRIVACY_WINDOW.days

    @classmethod
    def for_role(cls, settings: StorageSettings, role: StorageRole) -> BucketAccess:
        """Return the settings that one role needs."""
        access, secret = credentials_of(settings, role)
        return cls(
            settings.s3_endpoint_url,
            settings.s3_region,
            settings.s3_bucket,
            access,
            SecretStr(secret) if secret else None,
        )

    def to_line(self) -> str:
        """Return the JSON line that starts the child; contains the secret key."""
        secret = self.s3_secret_access_key
        return json.dumps(
            {
                "endpoint": self.s3_endpoint_url,
                "region": self.s3_region,
                "bucket": self.s3_bucket,
                "accessKey": self.s3_access_key_id,
                "secretKey": secret.get_secret_value() if secret else None,
            }
        )

    @classmethod
    def from_line(cls, line: str) -> BucketAccess:
        """Parse a line from `to_line`."""
        data: dict[str, Any] = json.loads(line)
        secret = SecretStr(data["secretKey"]) if data["secretKey"] else None
        return cls(data["endpoint"], data["region"], data["bucket"], data["accessKey"], secret)


def main() -> None:
    """Handle tasks from standard input until it closes."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would contain recordings
    events: list[StorageEvent] = []
    storage = Storage(BucketAccess.from_line(sys.stdin.readline()), events.append)
    for line in sys.stdin:
        answer = _answer(storage, json.loads(line))
        answer["events"] = [asdict(event) for event in events[:MAX_EVENTS]]
        events.clear()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(storage: Storage, task: Mapping[str, Any]) -> dict[str, Any]:
    try:
        with request_id_bound(task["requestId"]):
            found = analyse(storage, task["key"], task["bytes"], task["sha256"])
    except UnplayableError as error:
        return {"flaw": error.flaw}
    except StorageError as error:
        return {"failure": error.failure, "operation": error.operation}
    except MemoryError:
        return {"flaw": "decoder_failed"}
    return {"analysis": asdict(found)}


if __name__ == "__main__":
    main()
