"""Structured logs, request ids, recorders, histograms, objectives."""
