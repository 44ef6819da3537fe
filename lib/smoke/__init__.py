"""The end-to-end story against the configured Clerk, Convex and S3: `python -m lib smoke`."""
