"""Sessions: filter, search what was said, open."""

from lib.ui.identity import require_role
from lib.ui.screens import sessions

visitor = require_role("/sessions")
sessions.draw(visitor)
