"""Security checks: `make security`, and the part of it that runs with every test."""
