"""Work on many subjects, of which one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable

from lib.data import Refused, Unavailable
from lib.observability.logs import get_logger

_EVERYBODY = frozenset({"UNAUTHENTICATED", "FORBIDDEN"})

_log = get_logger(__name__)


def isolated(work: Callable[[], str], event: str, **subject: object) -> str:
    """Do a job's work on one subject.

    Args:
        work: returns what became of it.
        event: of the log line if it fails.
        subject: which one it was, for the log; nothing personal.

    Returns:
        What became of it; `failed` if it raised.

    Raises:
        Unavailable: Convex answers nobody.
        Refused: it does not accept the caller, whoever the subject is.
    """
    try:
        return work()
    except Unavailable:
        raise
    except Exception as error:
        if isinstance(error, Refused) and error.code in _EVERYBODY:
            raise
        _log.exception(event, **subject)
        return "failed"
