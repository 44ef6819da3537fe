"""Alerts: what fires, who looks after it, who was told."""

from lib.ui.operate import alerts
from lib.ui.shell.visitor import require_role

visitor = require_role("/alerts")
alerts.draw(visitor)
