"""Limits of what can be stored and asked: the same names and numbers as `convex/model/limits.ts`.

Convex enforces them; a test compares the two. Characters are Unicode code points, bytes are UTF-8.
"""

from typing import Final

APPEND_ITEMS: Final = 500
APPEND_BYTES: Final = 4 * 1024 * 1024
IMPORT_CONVERSATIONS: Final = 40
MAX_SEQUENCE: Final = 1_000_000
MAX_DURATION_MS: Final = 86_400_000
MAX_TOKENS: Final = 10_000_000
MAX_COST: Final = 10_000
MAX_SCORE: Final = 5
FIRST_TIME_MS: Final = 946_684_800_000
LAST_TIME_MS: Final = 7_258_118_400_000

TEXT_BYTES: Final = 32 * 1024
TOOL_BYTES: Final = 16 * 1024
SCORES_PER_CALL: Final = 50
SCORE_NAME_CHARS: Final = 100
SCORE_LABEL_CHARS: Final = 200
EXPLANATION_CHARS: Final = 4000
MAX_SCORE_VALUE: Final = 1_000_000_000
METADATA_BYTES: Final = 16 * 1024
METADATA_DEPTH: Final = 8
LABELS: Final = 32
LABEL_CHARS: Final = 64
NAME_CHARS: Final = 200
TITLE_CHARS: Final = 300
EMAIL_CHARS: Final = 320
URL_CHARS: Final = 2048
IDENTIFIER_CHARS: Final = 200
USER_IDENTITIES: Final = 100
FACET_CHARS: Final = 100

PAGE_ITEMS: Final = 200
SEARCH_ITEMS: Final = 50
QUERY_CHARS: Final = 200
NOTE_CHARS: Final = 2000
