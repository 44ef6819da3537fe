"""Users of the product: search, sort, open."""

from lib.ui.identity import require_role
from lib.ui.screens import users

visitor = require_role("/users")
users.draw(visitor)
