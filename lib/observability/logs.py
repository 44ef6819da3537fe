"""Structured logs: one JSON object a line on standard error.

Fields: `timestamp` (RFC 3339, UTC), `level`, `event`, `requestId` (if any) and what the caller
adds (`route`, `userId`, `provider`, `modelId`, `tokens`, `cost`, `latencyMs`...). Values that could
carry a secret are masked here, once, whoever logs them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

import structlog

from lib.observability.request_id import current_request_id

_SECRET_FIELD = re.compile(
    r"(authorization|cookie|password|secret|token$|^token(?!s)|signature|api_?key|private)",
    re.IGNORECASE,
)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_KEY = re.compile(r"\b(?:sk|whsec)_[\w+/=-]{8,}")
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*")
_MASK = "[masked]"

Event = MutableMapping[str, Any]

# Loggers of servers and clients whose lines at INFO level hold URLs with query strings.
_QUIET = (
    "uvicorn.access",
    "uvicorn.error",
    "websockets",
    "httpx",
    "httpcore",
    "botocore",
    "boto3",
    "urllib3",
    "s3transfer",
)


def configure_logs(level: str) -> None:
    """Send every log of this process through one JSON formatter.

    Args:
        level: lowest level shown: debug, info, warning or error.
    """
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        structlog.processors.format_exc_info,
        _add_request_id,
        _mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"streamlit", "uvicorn"}:
            other = logging.getLogger(name)
            other.handlers.clear()
            other.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def _add_request_id(_logger: object, _method: str, event: Event) -> Event:
    request_id = current_request_id()
    if request_id:
        event.setdefault("requestId", request_id)
    return event


def _mask_secrets(_logger: object, _method: str, event: Event) -> Event:
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = _masked(key, value)
    return event


def _masked(key: str, value: object) -> object:
    if _SECRET_FIELD.search(key):
        return _MASK
    if isinstance(value, str):
        text = _KEY.sub(_MASK, _JWT.sub(_MASK, value))
        return _QUERY.sub(r"\1?" + _MASK, text)
    if isinstance(value, Mapping):
        return {name: _masked(str(name), item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked("", item) for item in value]
    return value
