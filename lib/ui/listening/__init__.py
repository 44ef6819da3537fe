"""Sessions: finding them, and the listening room."""
