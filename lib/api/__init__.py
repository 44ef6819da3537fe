"""The HTTP API under `/api/v1`: ingestion and retrieval with Bearer tokens."""
