"""Storage health: latency against the objective, failures by class."""

from lib.ui.operate import storage
from lib.ui.shell.visitor import require_role

visitor = require_role("/storage")
storage.draw(visitor)
