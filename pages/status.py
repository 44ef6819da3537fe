"""System status: dependencies and background jobs."""

from lib.ui.operate import status
from lib.ui.shell.visitor import require_role

visitor = require_role("/status")
status.draw(visitor)
