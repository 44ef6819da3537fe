"""Labels that reviewers set on sessions.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence

from lib.data.client import Caller
from lib.data.records import LABELS_CHANGE, LabelsChangeArgs, LabelsChanged


def change(
    caller: Caller,
    session_ids: Sequence[str],
    add: Sequence[str],
    remove: Sequence[str],
    *,
    idempotency_key: str | None = None,
) -> LabelsChanged:
    """Set labels on up to 50 sessions, and take others away.

    `changed` says what was done to which session: the opposite of it is the undo. A session whose
    labels were so already is in neither list; one that cannot be changed is in `refused`, and stops
    no other. What reviewers set stays when the writer of the session sends other labels.
    """
    return caller.mutation(
        LABELS_CHANGE,
        LabelsChangeArgs(session_ids=session_ids, add=add, remove=remove),
        idempotency_key,
    )
