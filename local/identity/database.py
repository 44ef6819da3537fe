"""SQLite file of the local Clerk instance.

Several processes use it (the API, the portal's ticket goes through the API, `python -m local
token` writes to it directly), so every operation opens its own connection and writes take the
lock at once.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import string
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

_ALPHABET = string.ascii_letters + string.digits
_BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS users (
  id TEXT PRIMARY KEY, username TEXT UNIQUE, email TEXT UNIQUE, external_id TEXT UNIQUE,
  first_name TEXT, last_name TEXT,
  public_metadata TEXT NOT NULL, private_metadata TEXT NOT NULL, unsafe_metadata TEXT NOT NULL,
  banned INTEGER NOT NULL DEFAULT 0, locked INTEGER NOT NULL DEFAULT 0,
  last_sign_in_at INTEGER, last_active_at INTEGER,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS users_created ON users (created_at, id);
CREATE TABLE IF NOT EXISTS clients (
  id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS dev_browsers (
  token_hash TEXT PRIMARY KEY, created_at INTEGER NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE) STRICT;
CREATE INDEX IF NOT EXISTS dev_browsers_client ON dev_browsers (client_id);
CREATE TABLE IF NOT EXISTS sessions (
  id TEXT PRIMARY KEY, status TEXT NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_active_at INTEGER NOT NULL,
  expire_at INTEGER NOT NULL, abandon_at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS sessions_client ON sessions (client_id, created_at);
CREATE INDEX IF NOT EXISTS sessions_user ON sessions (user_id, created_at);
CREATE TABLE IF NOT EXISTS refresh_tokens (
  token_hash TEXT PRIMARY KEY, created_at INTEGER NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE) STRICT;
CREATE INDEX IF NOT EXISTS refresh_tokens_session ON refresh_tokens (session_id, created_at);
CREATE TABLE IF NOT EXISTS tickets (
  id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS nonces (
  nonce_hash TEXT PRIMARY KEY, directives TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
  id TEXT PRIMARY KEY, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS outbox_next ON outbox (next_at);
"""


class Database:
    """Connections to the instance's file; the file and its folder are private to the owner."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite gives its journal files the mode of the database file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for queries."""
        with closing(self._connect()) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction: all is written, or nothing on an exception."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection


def new_id(prefix: str) -> str:
    """Return a fresh identifier in Clerk's form, for instance `user_2x...`."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(27))


def new_secret(prefix: str) -> str:
    """Return a bearer secret of 256 bits; the database keeps only its `digest`."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """Return what is stored of a bearer secret."""
    return sha256(secret.encode()).hexdigest()


def now_ms() -> int:
    """Return the time in Unix milliseconds, the unit of all stored times."""
    return time.time_ns() // 1_000_000
