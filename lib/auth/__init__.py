"""Clerk decisions, roles, service tokens and the gate in front of every route."""
