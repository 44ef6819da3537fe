"""Object keys, the instrumented S3 client, signed URLs and the bucket as code."""
