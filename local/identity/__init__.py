"""A Clerk instance on loopback: Frontend API, Backend API, sign-in portal."""
