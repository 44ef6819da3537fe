"""System status: dependencies and background jobs."""

from lib.ui.identity import require_role
from lib.ui.screens import status

visitor = require_role("/status")
status.draw(visitor)
