"""Typed access to the Convex functions; the only room that names one.

`Caller` first, one module per aggregate, records generated from the functions' validators.
"""

from lib.data.client import Caller, Client
from lib.data.errors import DataError, FieldError, FunctionFailed, Refused, Unavailable
from lib.data.functions import Page

__all__ = [
    "Caller",
    "Client",
    "DataError",
    "FieldError",
    "FunctionFailed",
    "Page",
    "Refused",
    "Unavailable",
]
