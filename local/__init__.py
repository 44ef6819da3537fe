"""The local stack: Convex runtime, Clerk instance, S3 server, demo data, supervisor."""
