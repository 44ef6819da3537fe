"""Product latency: first token, full turn, assessment and API against their objectives."""

from lib.ui.operate import latency
from lib.ui.shell.visitor import require_role

visitor = require_role("/latency")
latency.draw(visitor)
