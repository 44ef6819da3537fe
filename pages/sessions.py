"""Sessions: filter, search what was said, open."""

from lib.ui.listening import sessions
from lib.ui.shell.visitor import require_role

visitor = require_role("/sessions")
sessions.draw(visitor)
