"""API keys: with which the product's own backend calls the API."""

from lib.ui.operate import api_keys
from lib.ui.shell.visitor import require_role

visitor = require_role("/api-keys")
api_keys.draw(visitor)
