"""Alerts: what fires, who looks after it, who was told."""

from lib.ui.identity import require_role
from lib.ui.screens import alerts

visitor = require_role("/alerts")
alerts.draw(visitor)
