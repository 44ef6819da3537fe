"""Settings, keys, and checks of single values."""
