"""Product latency: first token, full turn, assessment and API against their objectives."""

from lib.ui.identity import require_role
from lib.ui.screens import latency

visitor = require_role("/latency")
latency.draw(visitor)
