"""The frame of the dashboard: who is there, the menu, and what is drawn in place of a page."""
