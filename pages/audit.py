"""Audit: who viewed, listened to, exported or erased what."""

from lib.ui.identity import require_role
from lib.ui.screens import audit

visitor = require_role("/audit")
audit.draw(visitor)
