"""Overview: how many sessions, how they went, what is new."""

from lib.ui.overview import overview
from lib.ui.shell.visitor import require_role

visitor = require_role("/")
overview.draw(visitor)
