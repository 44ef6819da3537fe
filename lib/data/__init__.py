"""Typed access to the Convex functions; the only place that names one."""
