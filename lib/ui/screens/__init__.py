"""What each page draws; `pages/` holds only their roles."""
