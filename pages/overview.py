"""Overview: how many sessions, how they went, what is new."""

from lib.ui.identity import require_role
from lib.ui.screens import overview

visitor = require_role("/")
overview.draw(visitor)
