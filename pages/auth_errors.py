"""Auth errors: by reason over time, and the latest."""

from lib.ui.operate import auth_errors
from lib.ui.shell.visitor import require_role

visitor = require_role("/auth-errors")
auth_errors.draw(visitor)
