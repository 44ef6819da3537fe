"""Sessions: list, search, and the page with the player."""
