"""One session: read it and hear it."""

from lib.ui.listening import session
from lib.ui.shell.visitor import require_role

visitor = require_role("/session")
session.draw(visitor)
