"""Storage health: latency against the objective, failures by class."""

from lib.ui.identity import require_role
from lib.ui.screens import storage

visitor = require_role("/storage")
storage.draw(visitor)
