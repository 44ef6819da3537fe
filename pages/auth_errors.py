"""Auth errors: by reason over time, and the latest."""

from lib.ui.identity import require_role
from lib.ui.screens import auth_errors

visitor = require_role("/auth-errors")
auth_errors.draw(visitor)
