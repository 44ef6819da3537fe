"""Recordings that are links: fetched from hosts on a list, at addresses that were checked."""
