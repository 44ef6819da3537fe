"""Settings, keys, and checks of single values."""

from typing import Final

RUNNING_STACK: Final = "running.env"
"""File with the settings of a running local stack, in its folder (`local/supervisor.py`)."""
