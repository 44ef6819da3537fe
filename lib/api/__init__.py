"""HTTP API: FastAPI routers, models and problem details."""
