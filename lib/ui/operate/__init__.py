"""Health: storage, sign-in, latency, alerts, status, audit."""
