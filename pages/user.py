"""One user: who, and their sessions."""

from lib.ui.identity import require_role
from lib.ui.screens import user

visitor = require_role("/user")
user.draw(visitor)
