"""One user: who, and their sessions."""

from lib.ui.people import user
from lib.ui.shell.visitor import require_role

visitor = require_role("/user")
user.draw(visitor)
