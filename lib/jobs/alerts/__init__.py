"""Alerts: what is evaluated, who is told, and how."""
