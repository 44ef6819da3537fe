"""Vendors' payloads -> conversations: one mapper a kind of source. Pure."""
