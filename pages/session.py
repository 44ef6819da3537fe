"""One session: read it and hear it."""

from lib.ui.identity import require_role
from lib.ui.screens import session

visitor = require_role("/session")
session.draw(visitor)
