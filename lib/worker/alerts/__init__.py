"""Alerts: what is evaluated, who is notified, and how."""
