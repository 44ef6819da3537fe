"""Audit: who viewed, listened to, exported or erased what."""

from lib.ui.operate import audit
from lib.ui.shell.visitor import require_role

visitor = require_role("/audit")
audit.draw(visitor)
