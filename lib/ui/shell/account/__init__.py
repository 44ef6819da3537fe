"""The signed-in member and "Sign out"."""
