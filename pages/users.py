"""Users of the product: search, sort, open."""

from lib.ui.people import users
from lib.ui.shell.visitor import require_role

visitor = require_role("/users")
users.draw(visitor)
