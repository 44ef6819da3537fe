"""The local Clerk instance: Frontend API, Backend API, webhooks and the sign-in portal."""
